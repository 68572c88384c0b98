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
ENV NEXT_TELEMETRY_DISABLED=1
ENV NEXT_PRIVATE_STANDALONE=true
ARG NEXT_PUBLIC_URL
RUN --mount=type=cache,id=nextjs,target=/app/.next/cache,sharing=locked --mount=type=secret,id=SENTRY_AUTH_TOKEN,env=SENTRY_AUTH_TOKEN npm run build

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=8080
USER node
WORKDIR /app
# The server with the modules that it needs, which stay one layer whatever changes in the app. The brackets let what is copied be absent.
COPY --from=build --chown=node:node /app/.next/standalone/node_module[s] ./node_modules
COPY --from=build --chown=node:node --exclude=node_modules /app/.next/standalone ./
COPY --from=build --chown=node:node /app/.next/static /app/.next/static
COPY --from=build --chown=node:node /app/publi[c] /app/public
EXPOSE 8080
CMD ["node", "server.js"]
