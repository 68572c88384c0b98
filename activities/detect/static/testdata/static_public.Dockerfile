# syntax=docker/dockerfile:1
# Written by Zeitwork for a site of files. Commit it as Dockerfile to own it; `docker build -t site .` builds it.
FROM docker.io/library/debian:trixie-slim AS nginx
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx

FROM docker.io/library/debian:trixie-slim
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
        text/markdown md;
    }
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/css text/markdown text/plain text/xml application/javascript application/manifest+json;

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

    gzip on;
    gzip_static on;
    gzip_vary on;
    gzip_proxied any;
    gzip_min_length 1024;
    gzip_types text/css text/markdown text/plain text/xml application/javascript application/json application/manifest+json
               application/atom+xml application/rss+xml application/wasm font/otf font/ttf image/svg+xml;

    # Browsers ask again for every file, by its ETag.
    map "$status $uri" $cache_control {
        default "no-cache";
    }

    server {
        # Written when the container starts, from PORT.
        include /tmp/listen*.conf;

        root /srv/www;
        # TLS ends before this server, which must not redirect to http://.
        absolute_redirect off;
        add_header Cache-Control $cache_control always;
        add_header X-Content-Type-Options nosniff always;

        location ~ /\.(?!well-known(?:/|$)) {
            return 404;
        }

        # /about is about.html, else the page of the directory about, which has a slash at its end.
        location / {
            try_files $uri $uri.html @directory;
        }
        location @directory {
            if (-f $request_filename/index.html) {
                rewrite ^(.*)$ $1/ permanent;
            }
            return 404;
        }
        location ~ ^(?<page>.*)/$ {
            try_files ${uri}index.html @page;
        }
        location @page {
            if (-f $document_root$page.html) {
                rewrite ^(.+)/$ $1 permanent;
            }
            return 404;
        }

        error_page 403 =404 /404.html;
        error_page 404 /404.html;
        location = /404.html {
            internal;
        }
    }
}
EOF
COPY --chmod=755 <<'EOF' /usr/local/bin/serve
#!/bin/sh
echo "listen ${PORT:-3000};" >/tmp/listen.conf
exec nginx -e stderr -g 'daemon off;'
EOF
USER www-data
RUN --mount=type=tmpfs,target=/tmp nginx -t -e stderr
COPY public /srv/www
ENV PORT=3000
EXPOSE 3000
STOPSIGNAL SIGQUIT
CMD ["serve"]
