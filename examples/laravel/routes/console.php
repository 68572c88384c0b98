<?php

use Illuminate\Support\Facades\Artisan;

Artisan::command('hello', function () {
    $this->comment('Hello from the console');
})->purpose('Say hello');
