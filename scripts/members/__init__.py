"""Acts of trustees and issuers, and what they do before a secret is used."""
