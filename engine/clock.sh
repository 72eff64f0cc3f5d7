#!/usr/bin/env bash
# Write into the folder $1 an engine.mod by which CometBFT, whose source is in $2, is built
# for tests with a clock that can be wrong: with ENGINE_CLOCK=-90s it is behind. A peer that
# is gone is called again after tenths of a second instead of up to eight seconds, as often
# in all. $3: the go.mod that pins it.
set -euo pipefail
cp -r "$2" "$1/cometbft"
chmod -R u+w "$1/cometbft"
clock=$1/cometbft/types/time/time.go
sed -i -e 's/return Canonical(time\.Now())/return Canonical(time.Now().Add(shift))/' \
    -e 's/^import (/import (\n\t"os"/' "$clock"
printf '\nvar shift, _ = time.ParseDuration(os.Getenv("ENGINE_CLOCK"))\n' >>"$clock"
grep -q 'Add(shift)' "$clock"
calls=$1/cometbft/p2p/switch.go
sed -i -e 's/\(dialRandomizerIntervalMilliseconds\) = 3000$/\1 = 100/' \
    -e 's/\(reconnectAttempts\) = 20$/\1 = 1000/' \
    -e 's/\(reconnectInterval\) = 5 \* time\.Second$/\1 = 100 * time.Millisecond/' "$calls"
[ "$(grep -cE 'Milliseconds = 100$|Attempts = 1000$|= 100 \* time\.Milli' "$calls")" = 3 ]
cp "$3" "$1/engine.mod"
cp "${3%.mod}.sum" "$1/engine.sum"
printf '\nreplace github.com/cometbft/cometbft => %s/cometbft\n' "$1" >>"$1/engine.mod"
