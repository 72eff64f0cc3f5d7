"""Print every measurement."""

from __future__ import annotations

from bench import anvil, casting, crypto, disk, scale, start

crypto.main()
print()
casting.main()
print()
disk.main()
print()
anvil.main()
print()
start.main()
print()
scale.main([])
