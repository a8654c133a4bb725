# SPDX-License-Identifier: Apache-2.0
# The image of edgecse: built in one stage, run in another that holds runtime libraries only.
# Another base (an own registry, a debootstrap tree): --build-arg BASE=localhost/debian:bookworm-slim
ARG BASE=docker.io/library/debian:12-slim

FROM ${BASE} AS build
COPY etc/install-dependencies /src/etc/install-dependencies
RUN /src/etc/install-dependencies run && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG REVISION=unknown
RUN cmake --preset release -DEDGECSE_REVISION=${REVISION} \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /usr/local --strip
# What the programs are linked to and the base image lacks, with the licences of the packages they come from.
RUN set -e; mkdir -p /out/licenses; \
    for program in edgecse edge-agent edgectl; do ldd /usr/local/bin/$program; done \
      | sed -n 's/.* => \(\/[^ ]*\).*/\1/p' | sort -u > /out/libraries; \
    while read -r library; do \
      mkdir -p "/out/root$(dirname "$library")"; cp -L "$library" "/out/root$library"; \
      package=$(dpkg -S "$(realpath "$library")" 2>/dev/null | head -n 1 | cut -d: -f1); \
      [ -z "$package" ] || cp -L "/usr/share/doc/$package/copyright" "/out/licenses/$package" 2>/dev/null || :; \
    done < /out/libraries

FROM ${BASE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="edgecse" \
      org.opencontainers.image.description="oneM2M CSE at the mobile edge, as an ETSI MEC application" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/root/ /
COPY --from=build /out/licenses/ /usr/share/doc/edgecse/licenses/
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/local/bin/edgecse /usr/local/bin/edge-agent /usr/local/bin/edgectl /usr/bin/
RUN mkdir -p /var/lib/edgecse /etc/edgecse && chown 10001:10001 /var/lib/edgecse
COPY etc/edgecse.yaml /etc/edgecse/edgecse.yaml
USER 10001:10001
VOLUME /var/lib/edgecse
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/edgecse"]
CMD ["--config", "/etc/edgecse/edgecse.yaml"]
