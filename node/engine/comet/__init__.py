"""Make blocks by agreement: CometBFT orders them, this node executes them.

CometBFT v0.38 is a program of its own; it asks this one, its application, over a unix
socket in the messages of ABCI 2.0.
"""
