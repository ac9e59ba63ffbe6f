# Endcap, for amd64 and arm64: docker buildx build --platform linux/amd64,linux/arm64 -t endcap .
#
# The sample store with simulated shoppers:
#   docker run --rm --init -p 127.0.0.1:8080:8080 endcap
# A real store, with nothing writable but its data:
#   docker run -d --init --restart unless-stopped --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v endcap-data:/data -v /etc/endcap:/etc/endcap:ro -e ENDCAP_CONFIG=/etc/endcap/store.yaml -p 8080:8080 -p 1883:1883 endcap

FROM node:24-bookworm-slim AS build
# Only native parts that come without a binary for this system are compiled.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# The model runtime brings binaries for every system, 250 MB of which this image never runs, and the driver of Node 20 is for Node 20.
RUN npm run build \
 && npm prune --omit=dev \
 && rm -rf node_modules/better-sqlite3-node20 \
 && cd node_modules/onnxruntime-node/bin/napi-v6 \
 && find . -mindepth 1 -maxdepth 1 ! -name linux -exec rm -r {} + \
 && find linux -mindepth 1 -maxdepth 1 ! -name "$(node -p process.arch)" -exec rm -r {} + \
 && mkdir /app/empty

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Endcap" \
      org.opencontainers.image.description="The edge agent for stores" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE /app/NOTICE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/models/artifacts ./models/artifacts
COPY --from=build /app/models/vision/artifacts ./models/vision/artifacts
COPY --from=build /app/config ./config
COPY --from=build --chown=node:node /app/empty /data
# A container has its own loopback, which nobody outside can reach: the published ports decide who may.
ENV NODE_ENV=production \
    ENDCAP_HTTP_HOST=0.0.0.0 \
    ENDCAP_MQTT_HOST=0.0.0.0 \
    ENDCAP_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080 1883
STOPSIGNAL SIGTERM
# With TLS of its own the agent answers on https; the certificate is the proxy's or the browser's business, not this probe's.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "const port = process.env.ENDCAP_HTTP_PORT || 8080; const probe = (kind, next) => require(kind).get({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, timeout: 4000 }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', next); probe('http', () => probe('https', () => process.exit(1)))"]
ENTRYPOINT ["node", "/app/dist/agent/main.js"]
CMD ["start"]
