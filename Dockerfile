# syntax=docker/dockerfile:1
# The image of fargazer, for amd64 and arm64: docker buildx build --platform linux/amd64,linux/arm64 .
# What it is for, what was tried of it and what was not: docs/sidecar.md.

# Builds on the machine's own platform: the bundle is the same for all, and the library is chosen by TARGETARCH.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Nothing that a package brings runs while it is installed.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
COPY detectors ./detectors
# What the function and the reports of a demonstration are made of has no use here.
RUN node scripts/bundle.mjs && rm -rf dist/lambda dist/report dist/report.html dist/sources.sha256

# The one library of machine code, of the platform that the image is for; as the lock file has it, checked by its hash.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS library
ARG TARGETARCH
WORKDIR /library
COPY package.json package-lock.json .npmrc ./
RUN case "$TARGETARCH" in amd64) cpu=x64 ;; arm64) cpu=arm64 ;; *) echo "no image for $TARGETARCH" >&2; exit 1 ;; esac \
 && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --os=linux --cpu=$cpu \
 && mkdir -p /kept/@koromix \
 && cp -r node_modules/koffi /kept/koffi \
 && cp -r node_modules/@koromix/koffi-linux-$cpu /kept/@koromix/ \
 && rm -rf /kept/koffi/doc /kept/koffi/lib /kept/koffi/vendor /kept/@koromix/koffi-linux-$cpu/musl_$cpu

# No RUN from here on: nothing of another platform has to be run to build it.
FROM node:24-bookworm-slim
WORKDIR /opt/fargazer
COPY LICENSE package.json ./
COPY bin ./bin
COPY --from=build /build/dist ./dist
COPY --from=library /kept ./node_modules

ENV NODE_ENV=production
# Root in its container, and nowhere else: a capability (SYS_PTRACE, NET_RAW) counts only for root, and Fargate gives
# capabilities to no other user. Whoever does not look into tasks (fargazer consume) names a user: --user 10001.
USER root
# The script that people run too: it gives the sidecar a small heap, few threads, one arena and no core dumps, then becomes it.
ENTRYPOINT ["/opt/fargazer/bin/fargazer"]
CMD ["sidecar"]
STOPSIGNAL SIGTERM
# Fresh while it walks, where it keeps a state; ECS and Kubernetes have their own checks. No client, no second Node.js.
HEALTHCHECK --interval=60s --timeout=5s --start-period=60s --retries=3 \
  CMD test -z "$FARGAZER_STATE" || find "$FARGAZER_STATE" -maxdepth 1 -name 'state.sqlite*' -mmin -3 | grep -q .
