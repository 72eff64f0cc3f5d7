"""One act of an election in each file: a function, and the `veche` command on it.

A room for each who acts, all on one room of what acts share.
"""
