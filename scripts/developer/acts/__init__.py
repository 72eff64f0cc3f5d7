"""What is typed of the acts of developers of elections."""
