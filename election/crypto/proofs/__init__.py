"""Zero-knowledge proofs, one file for each statement that is proven."""
