"""Engines decide when blocks are made and of what."""
