FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

# The receiver that docker-compose.yml starts with the service: docker build --target demo .
FROM node:26-slim AS demo
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --ignore-scripts
COPY testkit testkit
COPY demo demo
# A volume that is mounted here gets the owner of this directory, so that the receiver may write to it.
RUN install --directory --owner=node --group=node /ca
USER node
EXPOSE 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2s --timeout=2s --retries=15 CMD ["node", "demo/receiver-healthcheck.ts"]
CMD ["node", "demo/receiver-main.ts"]

# The service: docker build .
FROM node:26-slim
# .github/workflows/release.yml says which release this is. An image that is built by hand is none.
ARG VERSION
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="webhook-node" \
      org.opencontainers.image.description="The Webhook node of a workflow engine, as a standalone HTTP service." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY openapi/openapi.json openapi/
COPY docs/*.md docs/
# The service starts once, on a free port, serves its pages and ends, so that Node stores the compiled code and later starts
# are faster. Node reads only a cache that the same user has written.
ENV NODE_COMPILE_CACHE=/app/.compile-cache
RUN install --directory --owner=node --group=node "$NODE_COMPILE_CACHE"
# For a store. A volume that is mounted here gets the owner of this directory.
RUN install --directory --owner=node --group=node /var/lib/webhook-node
USER node
RUN PORT=0 node src/warm-up.ts
ENV HOST=0.0.0.0
# What V8's compiler has used goes back to the system: docs/decisions/performance.md.
ENV MALLOC_MMAP_THRESHOLD_=32768
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["node", "src/healthcheck.ts"]
CMD ["node", "--max-semi-space-size=8", "src/main.ts"]
