"""Print every measurement."""

from __future__ import annotations

from bench import casting, crypto

crypto.main()
print()
casting.main()
