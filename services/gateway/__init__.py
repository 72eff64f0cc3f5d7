"""Codes by SMS, by another organisation, and the second attestation."""
