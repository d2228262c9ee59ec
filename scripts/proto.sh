#!/bin/sh
# Generates static protobufjs code beside every .proto file: NAME.ts with the code, NAME-types.d.ts with its types.
#   scripts/proto.sh           writes the files
#   scripts/proto.sh --check   writes nothing; exit status 1 if a committed file is not what would be written
set -eu
cd "$(dirname "$0")/.."

check=false
case "${1-}" in
  '') ;;
  --check) check=true ;;
  *) echo "usage: $0 [--check]" >&2; exit 2 ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# Each file has a protobufjs root of its own: files of one package would otherwise replace each other's messages.
pbjs() {
  node node_modules/protobufjs-cli/bin/pbjs -t static-module -w esm --dependency protobufjs/minimal.js -r "$1" \
    --no-create --no-verify --no-convert --no-delimited --no-typeurl --no-service \
    -o "$scratch/code.js" "$@"
}

banner() {
  echo "// Generated from $1 by scripts/proto.sh; do not edit."
  echo '/* eslint-disable */'
}

generate() { # PROTO NAME
  # The types are made from the comments of the code, which the code itself can do without.
  pbjs "$1" --dts
  { banner "$2.proto"; cat "$scratch/code.d.ts"; } > "$scratch/types"
  pbjs "$1" --no-comments
  {
    banner "$2.proto"
    echo '// @ts-nocheck'
    echo "import type * as Types from './$2-types.d.ts';"
    sed -E -e '/^\/\*eslint-disable/d' -e '/^export \{$/,/^\};$/d' \
      -e 's/^export const ([A-Za-z0-9_]+) = /export const \1: typeof Types.\1 = /' "$scratch/code.js"
  } > "$scratch/code"
}

settle() { # NEW COMMITTED
  if cmp -s "$1" "$2"; then
    return
  elif $check; then
    echo "$2 is not what its .proto file gives; run scripts/proto.sh" >&2
    status=1
  else
    cp "$1" "$2"
    echo "wrote $2"
  fi
}

for proto in $(find proto -name '*.proto' | sort); do
  generate "$proto" "$(basename "$proto" .proto)"
  settle "$scratch/code" "${proto%.proto}.ts"
  settle "$scratch/types" "${proto%.proto}-types.d.ts"
done
exit $status
