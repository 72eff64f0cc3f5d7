"""The steps of the portal's schema."""
