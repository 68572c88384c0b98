<!DOCTYPE html>
<html lang="{{ str_replace('_', '-', app()->getLocale()) }}">
    <head>
        <meta charset="utf-8">
        <title>About {{ config('app.name') }}</title>
        @vite(['resources/css/app.css'])
    </head>
    <body>
        <h1>About</h1>
        <p>You were here {{ $visits }} times.</p>
    </body>
</html>
