"""What anybody does: see where an election stands, carry it on, verify all of it."""
