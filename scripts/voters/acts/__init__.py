"""What is typed of the acts of voters and of those who serve them."""
