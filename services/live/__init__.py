"""Everything on this machine with one command, for those who try it."""
