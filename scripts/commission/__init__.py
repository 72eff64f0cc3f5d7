"""The commission's acts, and those that observers sign for."""
