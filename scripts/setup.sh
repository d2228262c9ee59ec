#!/bin/sh
# Sees to it that Debian packages are there: `scripts/setup.sh PACKAGE...`
#
# Installs what is missing when it may (root, apt), after saying so; otherwise prints the command that would.
# Services that come with a package are not started. Everything is said on stderr.
# Exit status: 0 when every package is there at the end, 3 when not.
set -eu

say() { echo "svrlab: $*" >&2; }

if ! command -v apt-get >/dev/null; then
  say "this needs what Debian calls: $*"
  exit 3
fi

missing=
for package in "$@"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  say "missing Debian packages; this installs them: sudo apt-get install$missing"
  exit 3
fi

# Package scripts start services through these two commands: here both do nothing.
quiet=$(mktemp -d)
log=$quiet/log
trap 'rm -rf "$quiet"' EXIT
ln -s /bin/true "$quiet/invoke-rc.d"
ln -s /bin/true "$quiet/deb-systemd-invoke"

export DEBIAN_FRONTEND=noninteractive
apt_install() {
  # shellcheck disable=SC2086 # a list of words
  apt-get install --yes --no-install-recommends -o "DPkg::Path=$quiet:/usr/sbin:/usr/bin:/sbin:/bin" \
    -o DPkg::Lock::Timeout=300 $missing </dev/null >"$log" 2>&1
}

say "installing Debian packages:$missing"
# The package lists are fetched only if those that are there do not do.
if ! apt_install && ! { apt-get update </dev/null >"$log" 2>&1 && apt_install; }; then
  cat "$log" >&2
  say "apt-get could not install:$missing"
  exit 3
fi
