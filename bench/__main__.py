"""Print every measurement."""

from __future__ import annotations

from bench import (
    anvil,
    booth,
    canary,
    casting,
    crypto,
    curve,
    disk,
    gas_time,
    network,
    opening,
    registering,
    relay,
    scale,
    services,
    signed,
    sms,
    start,
)

crypto.main()
print()
curve.main()
print()
casting.main()
print()
gas_time.main([])
print()
disk.main()
print()
anvil.main()
print()
start.main()
print()
canary.main([])
print()
scale.main([])
print()
sms.main()
print()
booth.main()
print()
relay.main()
print()
opening.main()
print()
registering.main(["--applications", "300"])
print()
services.main([])
print()
signed.main([])
print()
network.main([])
