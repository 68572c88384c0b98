# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for a Nuxt app. To build it: docker build .

FROM docker.io/library/node:24-trixie-slim AS dependencies
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents package.json package-lock.json ./
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked npm ci --no-audit --no-fund

FROM dependencies AS build
COPY . .
ENV NODE_COMPILE_CACHE=/var/cache/node
ENV NUXT_TELEMETRY_DISABLED=1
ENV NITRO_PRESET=node-server
ARG NUXT_PUBLIC_API
# The server with its public files is taken out of the sources, its modules apart.
RUN --mount=type=cache,id=nuxt,target=/app/node_modules/.cache,sharing=locked --mount=type=cache,id=node,target=/var/cache/node npm run build && \
    mkdir -p /output && \
    mv .output /output/app && \
    mkdir -p /output/app/server/node_modules && \
    mv /output/app/server/node_modules /output/modules

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
USER node
WORKDIR /app
# The modules stay one layer, whatever changes in the app.
COPY --from=build --chown=node:node /output/modules ./server/node_modules
COPY --from=build --chown=node:node /output/app ./
EXPOSE 3000
CMD ["node", "server/index.mjs"]
