<?php

use Illuminate\Support\Facades\Route;

Route::get('/', function () {
    return view('welcome');
});

Route::get('/about', function () {
    return view('about', ['visits' => session()->increment('visits')]);
});

Route::get('/up', function () {
    return response('OK');
});
