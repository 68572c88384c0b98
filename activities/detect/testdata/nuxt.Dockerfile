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
ENV NUXT_TELEMETRY_DISABLED=1
ENV NITRO_PRESET=node-server
ARG NUXT_PUBLIC_API
RUN --mount=type=cache,id=nuxt,target=/app/node_modules/.cache,sharing=locked npm run build

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
USER node
WORKDIR /app
# The server with the modules that it needs, and the public files.
COPY --from=build --chown=node:node /app/.output ./
EXPOSE 3000
CMD ["node", "server/index.mjs"]
