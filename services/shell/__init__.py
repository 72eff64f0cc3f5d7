"""What every service stands on: home, database, HTTP, other services, logs, commands.

A service is a value, `Service`, in its own room; nothing here knows any of them.
"""
