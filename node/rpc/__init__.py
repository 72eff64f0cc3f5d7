"""Answer JSON-RPC: bytes in, bytes out, no socket."""
