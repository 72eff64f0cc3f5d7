"""BLS12-381 for the precompiles: one set of operations, two libraries for it."""
