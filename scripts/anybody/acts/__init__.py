"""What is typed of the acts that are anybody's."""
