# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for a Node server. To build it: docker build .

FROM docker.io/library/node:24-trixie-slim AS base
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked npm install --global --no-update-notifier --force yarn@1.22.22

FROM base AS dependencies
WORKDIR /app
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents package.json yarn.lock ./
RUN --mount=type=cache,id=yarn,target=/root/.cache/yarn,sharing=locked yarn install --frozen-lockfile --cache-folder /root/.cache/yarn

FROM dependencies AS build
COPY . .
ENV NODE_COMPILE_CACHE=/var/cache/node
# The app is put together beside the sources, without its modules.
RUN --mount=type=cache,id=node,target=/var/cache/node --mount=type=secret,id=LICENCE,env=LICENCE yarn run build && \
    mkdir -p /output/app && \
    tar --create --directory=/app --one-file-system --exclude=./node_modules . | tar --extract --directory=/output/app

# Without what only the build needs.
FROM dependencies AS production
WORKDIR /app
RUN --mount=type=cache,id=yarn,target=/root/.cache/yarn,sharing=locked yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline --cache-folder /root/.cache/yarn

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production PORT=8080
USER node
WORKDIR /app
# The modules stay one layer, whatever changes in the sources.
COPY --from=production --chown=node:node /app ./
COPY --from=build --chown=node:node /output/app ./
EXPOSE 8080
CMD ["node", "dist/server.js"]
