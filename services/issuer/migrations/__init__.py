"""The schema of an issuer: answers are beside its key file, and not in here."""
