"""One file for each check of docs/protocol.md §8, under its name there."""
