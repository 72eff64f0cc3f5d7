"""How the library meets a chain: one connection, and a typed handle per contract."""
