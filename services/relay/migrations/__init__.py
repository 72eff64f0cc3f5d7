"""The schema of a relay's database, step by step."""
