"""Take a trustee's part in the making of the election key."""

from __future__ import annotations

from scripts.members.acts.ceremony import make_command

EXAMPLE = "veche trustee --election election.json --key keys/trustee-1.json --wait"

command = make_command("TRUSTEES", whose="a trustee's", keys="election key")
