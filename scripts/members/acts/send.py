"""Send what a member signed on a machine without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.following import say_next
from scripts.shared.options import AnyRpcUrl, AsJson, ElectionFile, path_argument
from scripts.shared.terminal import say, show

EXAMPLE = "veche send signed.json --election election.json"


def command(
    signed: Annotated[
        Path, path_argument(help="What `share` or a ceremony signed by a bundle.")
    ],
    election: ElectionFile,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Send the acts that a file holds, each once; no key is needed.

    What they are is read from the signed bytes, and told with a fingerprint of the
    file: compare it with what was shown where it was signed. Run it again at any time:
    what is there is told as such, and only the rest is sent.
    """
    from scripts.members.send import (
        Fate,
        require_all,
        require_own,
        send_acts,
        spell_act,
    )
    from scripts.shared.files.signed_file import read_signed
    from scripts.shared.session import enter

    file = read_signed(signed)
    account = f"0x{file.account.hex()}"
    words = ", ".join(map(spell_act, file.acts))
    say(f"{account} signed {words}", f"fingerprint {file.fingerprint}")
    opened = enter(election, rpc_urls)
    require_own(signed, file, opened)
    fates: list[Fate] = []
    try:
        fates.extend(send_acts(opened, file))
    finally:
        acts = [{"act": each.act, "result": each.result} for each in fates]
        told = {"account": account, "fingerprint": file.fingerprint, "acts": acts}
        if acts:
            show(told, as_json=as_json)
    require_all(fates)
    is_of_sums = any(each.part == "tally" for each in file.acts)
    if is_of_sums:
        say_next(
            "once enough shares are given anybody runs `veche publish-result`",
            as_json=as_json,
        )
    else:
        say_next(
            "when the others have acted, which `veche status` shows, export the record",
            "anew for the next step: `veche export --for CARD --out FILE`",
            as_json=as_json,
        )
