"""Acts of organisations that run nodes."""
