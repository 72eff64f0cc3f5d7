"""Takes ballots from anybody, promises, and brings them into the box."""
