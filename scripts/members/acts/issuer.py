"""Take an issuer's part in the making of the credential keys."""

from __future__ import annotations

from scripts.members.acts.ceremony import make_command

EXAMPLE = "veche issuer --election election.json --key keys/issuer-1.json --wait"

command = make_command(
    "ISSUERS",
    whose="an issuer's",
    keys="credential keys",
    more="""
    The service that answers requests goes by the same name: `veche issuer init`,
    `serve`, `check`, `backup`, `restore`; `veche issuer serve --help` says more.
    """,
)
