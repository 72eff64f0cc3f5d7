"""Run an EVM chain: executor, engines, JSON-RPC.

A node knows nothing of what its contracts are for. Values flow one way:
config -> genesis -> chain -> engine -> rpc -> service.
"""
