# syntax=docker/dockerfile:1
# Zeitwork wrote this Dockerfile for a Next.js app. To build it: docker build .

FROM docker.io/library/node:24-trixie-slim AS base
ENV PNPM_HOME=/pnpm
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=locked npm install --global --no-update-notifier pnpm@10.4.1

FROM base AS dependencies
WORKDIR /app
# All that the installation reads: as long as none of this changes, it is not done again.
COPY --parents package.json pnpm-lock.yaml apps/web/package.json packages/docs/package.json packages/ui/package.json pnpm-workspace.yaml patches ./
# These scripts need the sources. They run below.
RUN npm pkg delete --prefix packages/docs scripts.prepare && npm pkg delete --prefix packages/ui scripts.prepare && npm pkg delete scripts.postinstall
RUN --mount=type=cache,id=pnpm,target=/pnpm/store,sharing=locked pnpm install --frozen-lockfile

FROM dependencies AS build
COPY . .
WORKDIR /app/packages/ui
RUN pnpm run prepare
WORKDIR /app
RUN pnpm run postinstall
WORKDIR /app/apps/web
ENV NEXT_TELEMETRY_DISABLED=1
ENV NEXT_PRIVATE_STANDALONE=true
RUN --mount=type=cache,id=nextjs,target=/app/apps/web/.next/cache,sharing=locked TURBO_TELEMETRY_DISABLED=1 pnpm exec turbo run build --env-mode=loose --filter=web

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=8080
USER node
WORKDIR /app
# The server with the modules that it needs, which stay one layer whatever changes in the app. The brackets let what is copied be absent.
COPY --from=build --chown=node:node /app/apps/web/.next/standalone/node_module[s] ./node_modules
COPY --from=build --chown=node:node --exclude=node_modules /app/apps/web/.next/standalone ./
COPY --from=build --chown=node:node /app/apps/web/.next/static /app/apps/web/.next/static
COPY --from=build --chown=node:node /app/apps/web/publi[c] /app/apps/web/public
EXPOSE 8080
CMD ["node", "apps/web/server.js"]
