#!/bin/sh
# Builds the lab's image in the way that works here.
#
#   docker-image.sh [--prebuilt] [IMAGE]    IMAGE is svrlab unless given; exit 3 when this machine lacks what it takes
#
# Where the Dockerfile's base image can be had (BASE_IMAGE names another), everything is compiled inside the build.
# Where it cannot, or with --prebuilt, the tree that stands here goes onto a base of Debian packages and the local Node.
set -eu

home=$(dirname "$(dirname "$(readlink -f "$0")")")
registry_base=${BASE_IMAGE:-node:24-bookworm-slim}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "docker-image: $*"; }

cannot() {
  say "cannot build the image: $*" >&2
  exit 3
}

can_be_had() {
  docker image inspect "$1" >/dev/null 2>&1 || docker pull --quiet "$1" >/dev/null 2>&1
}

build_inside() {
  say "compiling $image on $registry_base"
  docker build --build-arg "BASE_IMAGE=$registry_base" --target runtime --tag "$image" "$home"
}

# The name changes with what goes into the base, so that one made earlier is taken only while it is still right.
local_base() {
  echo "svrlab-base:node-$(node -p process.versions.node)-$(cksum <"$home/scripts/docker-base.sh" | cut -d' ' -f1)"
}

# What the daemon needs at run time. Packages inside packages come along with the outer ones.
tree() {
  echo Dockerfile
  echo package.json
  echo scenarios
  echo dist
  npm ls --prefix "$home" --omit=dev --all --parseable 2>/dev/null |
    sed -n "s#^$home/##p" | grep -v 'node_modules/.*node_modules/'
}

build_from_tree() {
  [ -d "$home/dist" ] || cannot 'there is no dist yet; any command of ./svrlab builds it'
  base=$(local_base)
  docker image inspect "$base" >/dev/null 2>&1 || "$home/scripts/docker-base.sh" "$base"
  say "putting the tree that stands here on $base"
  tree >"$work/files"
  tar --create --directory "$home" --files-from "$work/files" --file "$work/context"
  docker build --network none --build-arg "BASE_IMAGE=$base" --target prebuilt --tag "$image" - \
    <"$work/context" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    cannot 'the engine says why above'
  }
}

check() {
  docker run --rm --network none --entrypoint node "$image" -e 'require("cap")' >/dev/null 2>&1 ||
    cannot 'it has no working module cap; install libpcap-dev, g++, make and python3, then run ./svrlab again'
}

prebuilt=no
if [ "${1:-}" = --prebuilt ]; then
  prebuilt=yes
  shift
fi
image=${1:-svrlab}

command -v docker >/dev/null || cannot 'there is no docker; on Debian: apt-get install docker.io'
if [ "$prebuilt" = no ] && can_be_had "$registry_base"; then
  build_inside
else
  build_from_tree
fi
check
say "$image is ready"
