"""Take an issuer's part in the making of the credential keys."""

from __future__ import annotations

from scripts.members.acts.ceremony import make_command

EXAMPLE = "veche issuer --election election.json --key keys/issuer-1.json --wait"

command = make_command(
    "ISSUERS",
    """Take an issuer's next step in the making of the credential keys.

    Run it again at any time: it looks at the chain and does what is next, if anything.
    When it is over, the share is kept, and the keys are verified as far as they are
    made; what the share came from is erased only if they hold. Run it again when both
    ceremonies are over and the boxes made.

    On a machine without a network name a record with --bundle: the step that is due by
    it is signed into --out, and `veche send` sends it from another machine.

    The service that answers requests goes by the same name: `veche issuer init`,
    `serve`, `check`, `backup`, `restore`; `veche issuer serve --help` says more.
    """,
)
