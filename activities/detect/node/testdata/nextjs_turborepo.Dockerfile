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
ENV NODE_COMPILE_CACHE=/var/cache/node
ENV NEXT_TELEMETRY_DISABLED=1
ENV NEXT_PRIVATE_STANDALONE=true
# The server with its public files is put together beside the sources, its modules apart.
RUN --mount=type=cache,id=nextjs,target=/app/apps/web/.next/cache,sharing=locked --mount=type=cache,id=node,target=/var/cache/node TURBO_TELEMETRY_DISABLED=1 pnpm exec turbo run build --env-mode=loose --filter=web && \
    mkdir -p /output && \
    mv .next/standalone /output/app && \
    mkdir -p /output/app/node_modules && \
    mv /output/app/node_modules /output/modules && \
    cp -R .next/static /output/app/apps/web/.next/ && \
    if [ -e public ]; then cp -R public /output/app/apps/web/; fi

FROM docker.io/library/node:24-trixie-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=8080
USER node
WORKDIR /app
# The modules stay one layer, whatever changes in the app.
COPY --from=build --chown=node:node /output/modules ./node_modules
COPY --from=build --chown=node:node /output/app ./
EXPOSE 8080
CMD ["node", "apps/web/server.js"]
