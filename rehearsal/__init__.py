"""Elections for those who develop them: everybody in one program, on a chain of choice.

docs/first-election.md begins here.
"""
