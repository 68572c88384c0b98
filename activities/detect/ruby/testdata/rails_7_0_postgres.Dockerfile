# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for Rails 7.0.8.7. To build it: docker build .
FROM docker.io/library/ruby:3.2.2-slim AS base
WORKDIR /srv/rails
ENV RAILS_ENV=production \
    BUNDLE_DEPLOYMENT=1 \
    BUNDLE_PATH=/usr/local/bundle \
    BUNDLE_WITHOUT=development:test

FROM base AS gems
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends build-essential libpq-dev libvips42 pkg-config
# All that Bundler reads: as long as none of this changes, the gems are not installed again.
COPY --parents Gemfile Gemfile.lock .ruby-version ./
# What it downloads is kept in a cache that is no part of the image.
RUN --mount=type=cache,target=/usr/local/bundle/ruby/3.2.0/cache,sharing=locked \
    bundle install && \
    rm -rf ~/.bundle "$BUNDLE_PATH"/ruby/*/bundler/gems/*/.git && \
    find "$BUNDLE_PATH" -name '*.o' -delete && \
    bundle exec bootsnap precompile --gemfile && \
    chown -R 1000:1000 tmp

FROM gems AS build
COPY . .
# Memory enough for Ruby to start Rails before it collects garbage for the first time, some 50 MB.
ENV RUBY_GC_HEAP_0_INIT_SLOTS=400000 RUBY_GC_HEAP_1_INIT_SLOTS=200000 RUBY_GC_HEAP_2_INIT_SLOTS=100000 \
    RUBY_GC_MALLOC_LIMIT=134217728 RUBY_GC_OLDMALLOC_LIMIT=134217728
# What bootsnap compiles of the app, beside the assets, is kept apart from what it has of the gems, which is a layer that stays.
RUN --mount=type=cache,target=tmp/cache/assets,sharing=locked \
    BOOTSNAP_CACHE_DIR=/tmp bundle exec bootsnap precompile app/ lib/ & \
    mkdir -p db log storage tmp/cache tmp/pids && \
    SECRET_KEY_BASE=for-the-build-only ruby bin/rails assets:precompile && \
    wait $! && rm -rf tmp/cache/bootsnap && mv /tmp/bootsnap tmp/cache && \
    chown -R 1000:1000 db log storage tmp

FROM base
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends imagemagick libjemalloc2 libpq5 libvips42 && \
    ln -s /usr/lib/$(uname -m)-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so && \
    groupadd --gid 1000 rails && useradd --uid 1000 --gid 1000 --create-home rails
# jemalloc keeps the memory of Ruby's threads from growing.
ENV LD_PRELOAD=/usr/local/lib/libjemalloc.so RAILS_LOG_TO_STDOUT=1 RAILS_SERVE_STATIC_FILES=1 PORT=8080
COPY --from=gems /usr/local/bundle /usr/local/bundle
COPY --from=gems /srv/rails/tmp tmp
COPY --from=build /srv/rails .
# It may write to db, log, storage and tmp only.
USER 1000:1000
EXPOSE 8080
CMD ["bundle", "exec", "puma"]
