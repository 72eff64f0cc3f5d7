"""A second audit of an election, written from docs/protocol.md alone.

Slow and naive on purpose: every equation is checked by itself, as the text states it.
Nothing is shared with `election`: another curve library, another transcript, another
decoder of events. Where the two audits disagree, one of them has a fault.
"""
