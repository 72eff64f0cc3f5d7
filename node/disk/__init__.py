"""Keep a chain in a folder."""
