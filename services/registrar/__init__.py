"""The commission's register of voters, and the applications to vote online."""
