"""The personal account: who is logged in, and the first attestation."""
