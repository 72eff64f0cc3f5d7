"""A reconciliation to be read, printed and kept: a page, and a PDF of it."""
