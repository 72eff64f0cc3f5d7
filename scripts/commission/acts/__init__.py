"""What is typed of the commission's acts, and of those that observers sign for."""
