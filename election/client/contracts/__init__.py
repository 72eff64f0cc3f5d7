"""One typed handle per contract; functions are named as in the ABI.

Views answer at once; acts are prepared for a connection to send.
"""
