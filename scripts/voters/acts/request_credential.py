"""Send a request for a credential."""

from __future__ import annotations

from scripts.voters.acts.leaf_acts import make_command

EXAMPLE = (
    "veche request-credential request.json --portal portal.json --sms sms.json "
    "--terms terms.json --terms-hash 9f86d08188... --key keys/registrar.json"
)

command = make_command(
    "ISSUE",
    "Send a request for a credential: the issuers then answer it, once for a leaf.",
    then="the issuers answer (`veche issue`); then `veche credential`",
)
