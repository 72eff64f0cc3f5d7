"""The numbered checks of docs/protocol.md §8, one file each."""
