"""Send a request to vote online."""

from __future__ import annotations

from scripts.voters.acts.leaf_acts import make_command

EXAMPLE = (
    "veche register request.json --portal portal.json --sms sms.json "
    "--terms terms.json --terms-hash 9f86d08188... --key keys/registrar.json"
)

command = make_command(
    "REGISTER",
    "Send a request to vote online; from then on the voter has no paper ballot.",
    then="come back when the polls open: `veche request issue`",
)
