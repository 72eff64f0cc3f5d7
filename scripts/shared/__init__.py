"""What all acts share: files, terminal, options, sessions, the care of secrets."""
