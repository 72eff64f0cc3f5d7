"""BLS12-381 over bytes: one set of operations, two libraries for it.

The node's precompiles and the library stand on it; the reference audit does not.
"""
