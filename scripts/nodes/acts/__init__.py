"""What is typed of the acts on nodes and networks."""
