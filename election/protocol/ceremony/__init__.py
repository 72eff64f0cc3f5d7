"""Members make a key together that none of them ever holds.

docs/protocol.md §4, one file for each act: enroll, commit and reveal, deal and judge,
confirm. Kind 1 makes the election keys in G1, kind 2 the credential keys in G2.
"""
