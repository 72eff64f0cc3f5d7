"""Answer requests for credentials, as an issuer who believes no node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.members.acts.as_member import Asked, as_member
from scripts.shared.following import say_next
from scripts.shared.options import Fresh, RpcUrls, contest_option, path_option
from scripts.shared.terminal import show

EXAMPLE = (
    "veche issue --contest 1 --election election.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546 "
    "--key keys/issuer-1.json --out answers/1-issuer-1.json"
)


@as_member
def command(
    asked: Asked,
    out: Annotated[
        Path, path_option(help="Answers, written anew; without --contest a folder.")
    ],
    contest: Annotated[
        int | None, contest_option(help="Id of the contest; all if missing.")
    ] = None,
    rpc_urls: RpcUrls = None,
    fresh: Fresh = False,
) -> None:
    """Answer all final requests of a contest; the answers may be given to anybody.

    Without --contest those of every contest that has a box, each in a file of its own
    in the folder --out: CONTEST-issuer-NUMBER.jsonl.

    Name two nodes of different organisations: two histories could give one voter two
    credentials. The record is verified before, all but the ballots; the next call goes
    on from there, by a file beside the key file. What was answered is noted for ever in
    another file there, so keep them together and one copy in use: another request of
    the same voter is never answered.

    On a machine without a network name, with --bundle, two records that came from
    different organisations, or one that a network signed and its --genesis-hash. The
    answers are carried to whoever gives them to voters; they hold no secret.
    """
    from scripts.members.issue import answer_all, answer_told, issuing, require_folder
    from scripts.members.on_record import spell_issue_end
    from scripts.shared.files.answers_file import require_answers, write_answers

    if contest is None:
        require_folder(out)
    else:
        require_answers(out, contest)
    as_json = asked.as_json
    contests = None if contest is None else [contest]
    with issuing(
        asked.take_sources(rpc_urls),
        contests,
        asked.election,
        asked.key,
        password_file=asked.password_file,
        fresh=fresh,
    ) as (audited, key_file):
        if contest is not None:
            member, answers = answer_told(audited, contest, key_file=key_file)
            requests = write_answers(out, contest, member, answers)
            show({"answers": str(out), "requests": requests}, as_json=as_json)
        else:
            fates = answer_all(audited, out, key_file=key_file)
            fates.report(lambda _, what: what, as_json=as_json)
        end = spell_issue_end(audited)
    then = f"come until {end}" if end else "do not come any more"
    say_next(
        f"give {out} to anybody who asks; run this again for later requests, which",
        then,
        as_json=as_json,
    )
