"""A voter's device at the command line: whom it asks, what it believes, what it keeps.

It takes the steps of the booth's page, docs/booth.md, by the same signed files.
"""
