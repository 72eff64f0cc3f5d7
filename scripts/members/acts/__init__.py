"""What is typed of the acts of trustees and issuers."""
