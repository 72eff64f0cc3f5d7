"""Acts of developers of elections."""
