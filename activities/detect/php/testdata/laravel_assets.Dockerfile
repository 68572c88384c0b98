# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for a Laravel app. To build it: docker build .

FROM docker.io/library/node:24-trixie-slim AS dependencies
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents package.json package-lock.json ./
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked npm ci --no-audit --no-fund

FROM docker.io/library/debian:bookworm-slim AS php
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates systemd-standalone-tmpfiles php8.2-cli php8.2-fpm php8.2-curl php8.2-mbstring php8.2-mysql php8.2-pgsql php8.2-redis php8.2-sqlite3 php8.2-xml
WORKDIR /app

FROM docker.io/library/debian:bookworm-slim AS nginx
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nginx

FROM php AS vendor
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends composer git unzip php8.2-zip
# The width keeps messages from being broken into several lines.
ENV COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_NO_INTERACTION=1 COMPOSER_CACHE_DIR=/var/cache/composer COLUMNS=400
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents composer.json composer.lock packages/a/composer.json ./
RUN --mount=type=cache,id=composer,target=/var/cache/composer,sharing=locked --mount=type=bind,source=auth.json,target=/app/auth.json --mount=type=secret,id=COMPOSER_AUTH,env=COMPOSER_AUTH \
    composer install --no-dev --prefer-dist --no-progress --no-scripts --no-autoloader

FROM vendor AS build
COPY . .
# The class loader, and what packages do when it is made. Views that cannot be compiled now are when they are first asked for.
# The app is put together beside the sources, without its packages.
RUN --mount=type=secret,id=SENTRY_AUTH_TOKEN,env=SENTRY_AUTH_TOKEN \
    rm auth.json && \
    mkdir -p bootstrap/cache storage/app/public storage/framework/cache/data storage/framework/sessions storage/framework/views storage/logs && \
    { [ -e public/storage ] || ln -s ../storage/app/public public/storage; } && \
    composer dump-autoload --no-dev --optimize && \
    { php artisan view:cache || echo "The views were not compiled." >&2; } && \
    chown -R www-data:www-data bootstrap/cache storage database && \
    mkdir -p /output/app/vendor && \
    tar --create --exclude=./vendor . | tar --extract --directory=/output/app && \
    cp -R vendor/autoload.php vendor/composer /output/app/vendor

# Stylesheets may take in files of PHP packages.
FROM dependencies AS assets
COPY --from=vendor /app/vendor ./vendor
COPY . .
ENV NODE_COMPILE_CACHE=/var/cache/node
ARG VITE_APP_NAME
RUN --mount=type=cache,id=node,target=/var/cache/node --mount=type=secret,id=SENTRY_AUTH_TOKEN,env=SENTRY_AUTH_TOKEN npm run build && \
    mkdir -p /output && \
    mv public/build /output/assets

FROM php
# nginx alone: its package would bring the tools that configure networks, and the libraries that it needs are there.
COPY --from=nginx /usr/sbin/nginx /usr/sbin/nginx
COPY --from=nginx /etc/nginx/mime.types /etc/nginx/mime.types
COPY <<'EOF' /etc/nginx/nginx.conf
worker_processes 2;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
    worker_connections 1024;
}

http {
    include mime.types;
    types {
        application/javascript mjs;
        application/json map;
        application/manifest+json webmanifest;
        font/otf otf;
        font/ttf ttf;
    }
    default_type application/octet-stream;

    client_body_temp_path /tmp/nginx-body;
    proxy_temp_path /tmp/nginx-proxy;
    fastcgi_temp_path /tmp/nginx-fastcgi;
    uwsgi_temp_path /tmp/nginx-uwsgi;
    scgi_temp_path /tmp/nginx-scgi;

    access_log off;
    log_not_found off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    client_max_body_size 100m;

    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_min_length 1024;
    gzip_types text/css text/plain text/xml application/javascript application/json application/manifest+json
               application/atom+xml application/rss+xml application/wasm font/otf font/ttf image/svg+xml;

    # TLS ends before this server, at a proxy that says so. Nobody else can reach it.
    map $http_x_forwarded_proto $forwarded_https {
        https on;
    }
    set_real_ip_from 0.0.0.0/0;
    real_ip_header X-Forwarded-For;

    # What Vite built has another name when it changes.
    map "$status $uri" $cache_control {
        default "no-cache";
        "~^(?:200|206|304) /build/assets/" "public, max-age=31536000, immutable";
    }

    server {
        # Written when the container starts, from PORT.
        include /tmp/listen*.conf;

        root /app/public;
        absolute_redirect off;

        location ~ /\.(?!well-known(?:/|$)) {
            return 404;
        }
        # No other script is run, and none is shown.
        location ~* \.php(?:/|$) {
            try_files /.none @laravel;
        }
        location / {
            add_header Cache-Control $cache_control always;
            add_header X-Content-Type-Options nosniff always;
            try_files $uri @laravel;
        }
        location @laravel {
            # Not the package's fastcgi_params, which drops the port of the host that links are made with.
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SCRIPT_NAME /index.php;
            fastcgi_param SCRIPT_FILENAME $document_root/index.php;
            fastcgi_param DOCUMENT_ROOT $document_root;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param SERVER_SOFTWARE nginx;
            fastcgi_param SERVER_NAME $host;
            fastcgi_param SERVER_ADDR $server_addr;
            fastcgi_param SERVER_PORT $server_port;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param REMOTE_PORT $remote_port;
            fastcgi_param GATEWAY_INTERFACE CGI/1.1;
            fastcgi_param REDIRECT_STATUS 200;
            fastcgi_param HTTPS $forwarded_https if_not_empty;
            fastcgi_param HTTP_PROXY "";
            fastcgi_pass unix:/tmp/php-fpm.sock;
            fastcgi_buffer_size 32k;
            fastcgi_buffers 16 32k;
        }
    }
}
EOF
COPY <<'EOF' /etc/php/8.2/fpm/php-fpm.conf
[global]
daemonize = no
error_log = /dev/null
log_limit = 65536
process_control_timeout = 20s

[www]
listen = /tmp/php-fpm.sock
pm = ondemand
pm.max_children = ${PHP_MAX_CHILDREN}
pm.process_idle_timeout = 60s
pm.max_requests = 1000
clear_env = no
catch_workers_output = yes
decorate_workers_output = no
EOF
COPY <<'EOF' /etc/php/8.2/fpm/conf.d/90-app.ini
expose_php = Off
upload_max_filesize = 100M
post_max_size = 100M
realpath_cache_size = 4M
realpath_cache_ttl = 600
opcache.validate_timestamps = 0
opcache.max_accelerated_files = 20000
opcache.interned_strings_buffer = 16
EOF
COPY --chmod=755 <<'EOF' /usr/local/bin/serve
#!/bin/bash
set -u
# The caches hold the environment, which is known from here on. An app that cannot be cached runs without.
php artisan optimize --no-ansi >&2 || echo "Laravel could not write its caches, so that it reads its configuration for each request." >&2

# A file of SQLite is empty when the container starts.
file=${DB_DATABASE:-/app/database/database.sqlite}
if [ "${DB_CONNECTION:-sqlite}" = sqlite ] && [ -z "${DB_URL:-}${DATABASE_URL:-}" ] && [ "$file" != :memory: ]; then
    { touch "$file" && php artisan migrate --force --no-ansi; } >&2 || exit 1
fi

php-fpm8.2 --nodaemonize --force-stderr &
php=$!
until [ -S /tmp/php-fpm.sock ]; do
    kill -0 "$php" 2>/dev/null || exit 1
    sleep 0.02
done

echo "listen ${PORT:-3000};" >/tmp/listen.conf
nginx -e stderr -g 'daemon off;' &
nginx=$!

# Requests that have begun are answered.
stop() {
    kill -QUIT "$nginx"
    wait "$nginx"
    kill -QUIT "$php"
    wait "$php"
    exit 0
}
trap stop TERM INT QUIT

# One without the other answers nothing.
wait -n
echo "php-fpm or nginx has ended, and so does the container." >&2
kill "$nginx" "$php" 2>/dev/null
exit 1
EOF
USER www-data
RUN --mount=type=tmpfs,target=/tmp nginx -t -e stderr && PHP_MAX_CHILDREN=10 php-fpm8.2 --test
ENV LOG_CHANNEL=stderr PHP_MAX_CHILDREN=10 PORT=3000
# The packages stay one layer, whatever changes in the sources.
COPY --from=vendor /app/vendor ./vendor
COPY --from=build /output/app ./
COPY --from=assets /output/assets ./public/build
EXPOSE 3000
CMD ["serve"]
