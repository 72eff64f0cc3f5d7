"""The booth's host: static files, the same bytes and headers wherever they are served.

It has no home, no key and no database, and learns nothing of whom it serves.
"""
