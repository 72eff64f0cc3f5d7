"""Encrypt a choice into a ballot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.following import say_next
from scripts.shared.options import OutFile, path_argument
from scripts.shared.terminal import show
from scripts.voters.acts.as_voter import Voting, as_voter
from scripts.voters.texts import spell

EXAMPLE = (
    "veche ballot credential.json --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/voter.json --out ballot.json"
)


@as_voter
def command(
    voting: Voting,
    credential: Annotated[Path, path_argument(help="From `veche credential`.")],
    out: OutFile,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing but the choice.")
    ] = False,
) -> None:
    """Encrypt a choice, which is asked for, into a ballot; print its tracking code.

    The choice is repeated by its name before it is encrypted, unless --yes or --json
    is given; it is kept nowhere. Then the tracking code is shown, and you are asked
    whether to cast it or to check it: what is checked is opened by a link for a second
    device and thrown away, and only what was never opened becomes a ballot. The control
    word is two words that fit your ballot and no copy of it. No node is asked. The
    ballot is for a relay, by whatever way leaves no trace.
    """
    from election.protocol.ballot import derive_memo, make_ballot
    from scripts.shared.files.ballot_files import BallotFile, CredentialFile
    from scripts.shared.files.json_file import (
        naming_kind,
        read_json,
        render_json,
        write_new,
    )
    from scripts.voters.ballot import (
        draw_control_word,
        open_credential,
        prepare_to_cast,
    )

    known, key_file, as_json = voting.known, voting.key_file, voting.as_json
    with naming_kind("credential", made_by="veche credential"):
        file = read_json(credential, CredentialFile)
    contest = known.contest(file.contest)
    box = contest.box
    owned = open_credential(file, key_file, ctx=box.ctx)
    prepared, source = prepare_to_cast(
        contest, file.contest, own=key_file.secrets.random, is_sure=yes or as_json
    )
    word = draw_control_word()
    memo = derive_memo(owned.address, word)
    record = make_ballot(prepared, box, credential=owned, memo=memo, source=source)
    ballot = BallotFile("veche-ballot/1", file.contest, record)
    write_new(out, render_json(ballot), mode=0o600)
    code = f"0x{prepared.tracking_code.hex()}"
    shown = {
        "ballot": str(out),
        "tracking_code": code,
        "control_word": word,
        "test": known.test,
    }
    show(shown, as_json=as_json)
    say_next(*spell("ballot made"), as_json=as_json)
