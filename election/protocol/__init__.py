"""The steps of an election, one file for each chapter of docs/protocol.md.

Pure: messages and values in, messages and values out, all randomness passed in.
"""
