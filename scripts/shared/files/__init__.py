"""The files that pass between the acts of an election, each read strictly."""
