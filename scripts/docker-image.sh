#!/bin/sh
# Builds the lab's image in the way that works here.
#
#   docker-image.sh [--prebuilt] [--if-stale] [IMAGE]
#
# IMAGE is svrlab unless given. Where the Dockerfile's base image can be had (BASE_IMAGE names another), everything is
# compiled inside the build. Where it cannot, or with --prebuilt, the tree that stands here goes onto a base of Debian
# packages and the local Node. With --if-stale nothing is done if IMAGE holds what the tree would give.
# Exit status 3: this machine lacks what it takes.
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

# Says what an image is made from, as a label of it.
stamp() {
  (
    cd "$home"
    { [ ! -d dist ] || find dist/daemon dist/lib dist/proto scenarios -type f ! -name '*.map'; } |
      LC_ALL=C sort | xargs cat Dockerfile package-lock.json scripts/docker-*.sh | sha256sum | cut -c 1-16
  )
}

is_fresh() {
  [ "$(docker image inspect --format '{{index .Config.Labels "svrlab.stamp"}}' "$image" 2>/dev/null)" = "$stamp" ]
}

build_inside() {
  say "compiling $image on $registry_base"
  docker build --label "svrlab.stamp=$stamp" --build-arg "BASE_IMAGE=$registry_base" --target runtime \
    --tag "$image" "$home"
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
  echo dist/daemon
  echo dist/lib
  echo dist/proto
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
  docker build --network none --label "svrlab.stamp=$stamp" --build-arg "BASE_IMAGE=$base" --target prebuilt \
    --tag "$image" - <"$work/context" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    cannot 'the engine says why above'
  }
}

check() {
  docker run --rm --network none --entrypoint node "$image" -e 'require("cap"), require("raw-socket")' >/dev/null 2>&1 ||
    cannot 'its modules cap and raw-socket do not work; apt-get install g++ make python3 libpcap-dev, then ./svrlab'
}

image_id() { docker image inspect --format '{{.Id}}' "$image" 2>/dev/null || true; }

# What had the name before would stay for ever, and without one. It does while a container uses it.
forget() {
  [ -z "$1" ] || [ "$1" = "$(image_id)" ] || docker image rm "$1" >/dev/null 2>&1 || true
}

prebuilt=no
only_if_stale=no
image=svrlab
for word in "$@"; do
  case $word in
    --prebuilt) prebuilt=yes ;;
    --if-stale) only_if_stale=yes ;;
    *) image=$word ;;
  esac
done

command -v docker >/dev/null || cannot 'there is no docker; on Debian: apt-get install docker.io'
stamp=$(stamp)
if [ $only_if_stale = yes ] && is_fresh; then exit 0; fi
previous=$(image_id)
if [ "$prebuilt" = no ] && can_be_had "$registry_base" && build_inside; then
  :
else
  build_from_tree
fi
check
forget "$previous"
say "$image is ready"
