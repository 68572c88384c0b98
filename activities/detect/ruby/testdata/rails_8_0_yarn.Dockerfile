# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for Rails 8.0.1. To build it: docker build .
FROM docker.io/library/node:24-trixie-slim AS node

FROM docker.io/library/ruby:3.3-slim-trixie AS base
WORKDIR /srv/rails
ENV RAILS_ENV=production \
    BUNDLE_DEPLOYMENT=1 \
    BUNDLE_PATH=/usr/local/bundle \
    BUNDLE_WITHOUT=development:test

FROM base AS gems
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends build-essential libssl-dev pkg-config
# All that Bundler reads: as long as none of this changes, the gems are not installed again.
COPY --parents Gemfile Gemfile.lock ./
# What it downloads is kept in a cache that is no part of the image.
RUN --mount=type=cache,target=/usr/local/bundle/ruby/3.3.0/cache,sharing=locked \
    bundle install && \
    rm -rf ~/.bundle "$BUNDLE_PATH"/ruby/*/bundler/gems/*/.git && \
    find "$BUNDLE_PATH" -name '*.o' -delete

FROM gems AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked \
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && \
    npm install --global --no-update-notifier --force yarn@1.22.22
COPY --parents package.json yarn.lock ./
RUN --mount=type=cache,id=yarn,target=/root/.cache/yarn,sharing=locked yarn install --frozen-lockfile --cache-folder /root/.cache/yarn
COPY . .
# Memory enough for Ruby to start Rails before it collects garbage for the first time, some 50 MB.
ENV RUBY_GC_HEAP_0_INIT_SLOTS=400000 RUBY_GC_HEAP_1_INIT_SLOTS=200000 RUBY_GC_HEAP_2_INIT_SLOTS=100000 \
    RUBY_GC_MALLOC_LIMIT=134217728 RUBY_GC_OLDMALLOC_LIMIT=134217728
RUN --mount=type=cache,id=yarn,target=/root/.cache/yarn,sharing=locked --mount=type=secret,id=SENTRY_TOKEN,env=SENTRY_TOKEN \
    mkdir -p db log storage tmp/cache tmp/pids && \
    SECRET_KEY_BASE_DUMMY=1 SKIP_YARN_INSTALL=1 SKIP_BUN_INSTALL=1 ruby bin/rails assets:precompile && \
    rm -rf node_modules && \
    chown -R 1000:1000 db log storage tmp

FROM base
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends libjemalloc2 && \
    ln -s /usr/lib/$(uname -m)-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so && \
    groupadd --gid 1000 rails && useradd --uid 1000 --gid 1000 --create-home rails
# jemalloc keeps the memory of Ruby's threads from growing.
ENV LD_PRELOAD=/usr/local/lib/libjemalloc.so PORT=8080
COPY --from=gems /usr/local/bundle /usr/local/bundle
COPY --from=build /srv/rails .
# It may write to db, log, storage and tmp only.
USER 1000:1000
EXPOSE 8080
CMD ["bundle", "exec", "puma"]
