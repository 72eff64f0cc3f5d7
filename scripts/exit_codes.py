"""How acts end."""

from __future__ import annotations

EXIT_UNEXPECTED, EXIT_REFUSED, EXIT_UNWRITTEN, EXIT_INTERRUPTED = 1, 2, 4, 130
"""3 is an act's own: it was done, and what it looked at does not hold. 5 is that of
`veche cast`: it was done as far as the node lets see."""
