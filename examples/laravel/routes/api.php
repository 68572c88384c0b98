<?php

use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;

Route::get('/hello', function (Request $request) {
    return ['message' => 'Hello '.$request->query('name', 'world'), 'url' => $request->fullUrl()];
});
