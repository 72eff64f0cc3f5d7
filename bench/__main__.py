"""Print every measurement."""

from __future__ import annotations

from bench import casting, crypto, disk, scale

crypto.main()
print()
casting.main()
print()
disk.main()
print()
scale.main([])
