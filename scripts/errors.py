"""What the command line cannot work with.

```
ElectionError
└── ScriptError
    ├── InputError       a file or an argument that is not what it should be
    ├── PasswordError    a key file that this password does not open
    └── UnverifiedError  a record that nothing secret may meet
```
"""

from __future__ import annotations

from election.errors import ElectionError


class ScriptError(ElectionError):
    """Report that an act could not begin; nothing changed."""


class InputError(ScriptError):
    """Report a file or an argument; the subject is its name."""


class PasswordError(ScriptError):
    """Report that a key file does not open, whatever the reason."""


class UnverifiedError(ScriptError):
    """Report a record that does not hold; a trustee decrypts nothing of it."""
