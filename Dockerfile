# The lab's image: one daemon that is a router or a host, as its arguments say, and the Redis that two nodes of a router
# share.
#
# Two ways lead to it. `runtime`, the default, compiles everything in a stage of its own. `prebuilt` takes a tree that
# was built outside, for a machine that reaches no registry from inside a build; scripts/docker-image.sh chooses.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS base
# An image of scripts/docker-base.sh has all of these already, and nothing to install more with.
RUN command -v curl ethtool ip iperf3 nft ping pgrep redis-server >/dev/null && ldconfig -p | grep -q libpcap || { \
      apt-get update && \
      apt-get install --yes --no-install-recommends \
        curl ethtool iperf3 iproute2 iputils-ping libpcap0.8 nftables procps redis-server && \
      rm -rf /var/lib/apt/lists/*; \
    }
WORKDIR /svrlab
ENV NODE_ENV=production
ENTRYPOINT ["node", "dist/daemon/main.js"]

FROM base AS prebuilt
COPY . .

FROM base AS build
RUN apt-get update && apt-get install --yes --no-install-recommends g++ libpcap-dev make python3
COPY package.json package-lock.json .npmrc ./
# With its assertions cap ends the process when an interface goes down under it.
RUN CXXFLAGS=-DNDEBUG npm ci --include=dev
COPY . .
RUN npm run build && npm prune --omit=dev

FROM base AS runtime
COPY package.json ./
COPY scenarios scenarios
COPY --from=build /svrlab/node_modules node_modules
COPY --from=build /svrlab/dist dist
