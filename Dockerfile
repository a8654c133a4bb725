# SPDX-License-Identifier: Apache-2.0
# The image of edgecse: built in one stage; the other holds the programs, the libraries they are linked to, certificates,
# licences and an SBOM, and nothing else: no shell, no package manager.
# Another base to build in (an own registry, a debootstrap tree): --build-arg BASE=localhost/debian:bookworm-slim
ARG BASE=docker.io/library/debian:12-slim

FROM ${BASE} AS build
COPY etc/install-dependencies /src/etc/install-dependencies
RUN /src/etc/install-dependencies run && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG REVISION=unknown
RUN cmake --preset release -DEDGECSE_REVISION=${REVISION} \
 && cmake --build --preset release --target edgecse edge-agent edgectl \
 && strip -o /usr/local/bin/edgecse build/release/bin/edgecse \
 && strip -o /usr/local/bin/edge-agent build/release/bin/edge-agent \
 && strip -o /usr/local/bin/edgectl build/release/bin/edgectl
RUN etc/collect-runtime /out 0.1.0 /usr/local/bin/edgecse /usr/local/bin/edge-agent /usr/local/bin/edgectl \
 && mkdir -p /data/edgecse && chown 10001:10001 /data/edgecse

FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="edgecse" \
      org.opencontainers.image.description="oneM2M CSE at the mobile edge, as an ETSI MEC application" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/ /
COPY --from=build /data/ /var/lib/
USER 10001:10001
VOLUME /var/lib/edgecse
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/edgecse"]
CMD ["--config", "/etc/edgecse/edgecse.yaml"]
