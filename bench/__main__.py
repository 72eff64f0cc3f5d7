"""Print every measurement."""

from __future__ import annotations

from bench import casting, crypto, disk, memory

crypto.main()
print()
casting.main()
print()
disk.main()
print()
memory.main()
