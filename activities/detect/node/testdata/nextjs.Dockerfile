# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for a Next.js app. To build it: docker build .

FROM docker.io/library/node:24-trixie-slim AS dependencies
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents package.json package-lock.json ./
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked npm ci --no-audit --no-fund

FROM dependencies AS build
COPY . .
ENV NODE_COMPILE_CACHE=/var/cache/node
ENV NEXT_TELEMETRY_DISABLED=1
ENV NEXT_PRIVATE_STANDALONE=true
ARG NEXT_PUBLIC_URL
# The server with its public files is put together beside the sources, its modules apart.
RUN --mount=type=cache,id=nextjs,target=/app/.next/cache,sharing=locked --mount=type=cache,id=node,target=/var/cache/node --mount=type=secret,id=SENTRY_AUTH_TOKEN,env=SENTRY_AUTH_TOKEN npm run build && \
    mkdir -p /output && \
    mv .next/standalone /output/app && \
    mkdir -p /output/app/node_modules && \
    mv /output/app/node_modules /output/modules && \
    cp -R .next/static /output/app/.next/ && \
    if [ -e public ]; then cp -R public /output/app/; fi

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=8080
USER node
WORKDIR /app
# The modules stay one layer, whatever changes in the app.
COPY --from=build --chown=node:node /output/modules ./node_modules
COPY --from=build --chown=node:node /output/app ./
EXPOSE 8080
CMD ["node", "server.js"]
