"""Send a request not to vote online after all."""

from __future__ import annotations

from scripts.voters.acts.leaf_acts import make_command

EXAMPLE = (
    "veche withdraw request.json --portal portal.json --sms sms.json "
    "--terms terms.json --terms-hash 9f86d08188... --key keys/registrar.json"
)

command = make_command(
    "WITHDRAW",
    "Send a request not to vote online after all, while applications are taken.",
    then="the voter may register anew while applications are taken, or vote on paper",
)
