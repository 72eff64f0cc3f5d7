"""Prove that a network agreed on something: files that anybody checks without a node.

A proof leads from a network's genesis file, by its hash, through the sets of its
validators to one signed header, from there to a block of the chain, and from that to a
receipt or a value in storage. Values in, values out: no socket, no clock. It shares
nothing with the node that writes such files.
"""
