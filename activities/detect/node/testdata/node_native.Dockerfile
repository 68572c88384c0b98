# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for a Node server. To build it: docker build .

FROM docker.io/library/node:24-trixie-slim AS dependencies
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
# Some dependencies compile themselves.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 make g++
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents package.json package-lock.json ./
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked npm ci --no-audit --no-fund

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production PORT=8080
USER node
WORKDIR /app
# The modules stay one layer, whatever changes in the sources.
COPY --from=dependencies --chown=node:node /app ./
COPY --chown=node:node --exclude=node_modules . .
EXPOSE 8080
CMD ["node", "server.js"]
