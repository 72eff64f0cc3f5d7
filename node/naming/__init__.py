"""Tell in words what a transaction did; for display alone, no block depends on it."""
