<!DOCTYPE html>
<html lang="{{ str_replace('_', '-', app()->getLocale()) }}">
    <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{ config('app.name') }}</title>
        @vite(['resources/css/app.css', 'resources/js/app.js'])
    </head>
    <body>
        <h1>Hello from Laravel {{ Illuminate\Foundation\Application::VERSION }}</h1>
        <p>{{ config('app.greeting') }}, on PHP {{ PHP_VERSION }}. <a href="{{ url('/about') }}">About</a></p>
        <p id="client"></p>
    </body>
</html>
