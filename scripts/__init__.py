"""One act of an election in each file: a function, and the `veche` command on it."""
