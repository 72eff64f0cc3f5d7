"""Answers requests for credentials while the polls are open."""
