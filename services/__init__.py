"""The parties that serve people: programs, each of an organisation of its own."""
