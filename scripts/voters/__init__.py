"""A voter's acts, and those of whoever serves voters: attesters, registrar, relay."""
