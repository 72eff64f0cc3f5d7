"""What an election announced of its booth: gathered, fetched, compared."""
