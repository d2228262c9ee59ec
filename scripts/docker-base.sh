#!/bin/sh
# Makes the lab's base image without an image registry: Debian packages and the Node that runs here.
#
#   docker-base.sh IMAGE [PACKAGE...]    exit 3 when this machine lacks what it takes
#
# The packages are unpacked, not configured: enough for programs to run, and quick. IMAGE fits the Dockerfile's argument
# BASE_IMAGE; further PACKAGEs join it. Fetched packages are kept in ~/.cache/svrlab (SVRLAB_CACHE_DIR moves it).
set -eu

if [ $# -lt 1 ]; then
  echo 'usage: docker-base.sh IMAGE [PACKAGE...]' >&2
  exit 2
fi
image=$1
shift

# A shell and its tools, what Node links to, then what the Dockerfile installs on other base images.
packages="base-files usr-is-merged base-passwd libc-bin dash bash coreutils grep sed findutils hostname
  libstdc++6 ca-certificates
  libpcap0.8 iproute2 iputils-ping ethtool procps curl iperf3 nftables redis-server $*"

cache=${SVRLAB_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/svrlab}/packages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

say() { echo "docker-base: $*"; }

cannot() {
  say "cannot make the image: $*" >&2
  exit 3
}

check_machine() {
  [ "$(id -u)" = 0 ] || cannot "the files of an image belong to root, this is $(id -un)"
  for program in apt-get dpkg-deb docker node; do
    command -v "$program" >/dev/null || cannot "there is no $program"
  done
}

# Against an empty list of installed packages apt works out the whole closure, from this machine's own sources.
closure() {
  archives=$1
  shift
  mkdir -p "$archives/partial"
  : >"$work/installed"
  # shellcheck disable=SC2086  # the list is meant to be split
  apt-get -qq --yes --no-install-recommends "$@" -o Debug::NoLocking=true -o APT::Sandbox::User=root \
    -o "Dir::State::status=$work/installed" -o "Dir::Cache::archives=$archives" install $packages
}

fetch_once() {
  # A line is 'URI' NAME SIZE HASH; a directory without packages makes apt list those that are fetched already, too.
  closure "$work/none" --print-uris >"$work/uris" 2>"$work/apt.log" || return 1
  awk '{ print $2 }' "$work/uris" >"$work/names"
  closure "$cache" --download-only >"$work/apt.log" 2>&1
}

# Lists that are missing, or that name packages which are no longer there, are fetched anew.
fetch() {
  fetch_once || { apt-get -qq update >"$work/apt.log" 2>&1 && fetch_once; } || {
    tail -n 5 "$work/apt.log" >&2
    cannot 'apt did not fetch the packages'
  }
}

unpack() {
  mkdir -p "$root"
  for directory in bin sbin lib lib64; do
    mkdir -p "$root/usr/$directory"
    ln -s "usr/$directory" "$root/$directory"
  done
  while read -r name; do
    dpkg-deb --fsys-tarfile "$cache/$name" | tar --extract --keep-directory-symlink --directory "$root"
  done <"$work/names"
}

# Of what the packages' own scripts would have done, the part that programs in a lab ask for.
configure() {
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  mkdir -p "$root/etc/ssl/certs"
  find "$root/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" "$root/usr/share/info"
  install -D -m 755 "$(node -p process.execPath)" "$root/usr/local/bin/node"
  ldconfig -r "$root"
}

import() {
  tar --create --directory "$root" . |
    docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$image" >/dev/null
}

check_machine
fetch
unpack
configure
import
docker run --rm --network none "$image" node --version >/dev/null || cannot 'its Node does not run'
size_bytes=$(docker image inspect --format '{{.Size}}' "$image")
say "$image: Node $(node -p process.versions.node), $(wc -l <"$work/names") packages, $((size_bytes / 1000000)) MB"
