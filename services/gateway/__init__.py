"""The SMS gateway: by another organisation, it knows a voter's id and phone, no name.

docs/services.md. It sends a code to the number on its own file, takes the code from
whoever was shown the request, and attests (role 2) only then.
"""
