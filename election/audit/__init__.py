"""Anyone repeats the whole election from its public record, with no connection.

docs/protocol.md §8, one file for each check under `checks/`. Every check takes what the
record publishes before it as given and verifies one step further, so that a fault
shows where it is; together they lead from the source code to the counts.
"""
