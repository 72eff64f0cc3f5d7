"""Keys that do not hold, as those who made them are told by their programs."""

from __future__ import annotations

from election.protocol.ceremony.enrolment import derive_encryption_secret
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.key_file import open_key_file
from tests.scripts.conftest import PASSWORD, Cli, Outcome, write_election
from tests.scripts.poison import publish_in_g2

FAULT = "error: check 7 (images): key of issuer 1: hides the same secret"


def hold_ceremonies(cli: Cli) -> dict[str, Outcome]:
    """Let trustees, then issuers make their keys; tell what each was told last."""
    last = {}
    for role in ("trustee", "issuer"):
        for _ in range(6):
            for number in (1, 2):
                name = f"{role}-{number}"
                last[name] = cli.attempt(role, key=name)
    return last


def test_keys_with_an_image_in_g2_are_told_of_before_the_polls(cli: Cli) -> None:
    write_election(cli)
    cli.deploy()
    cli.act("time", "keys")
    with publish_in_g2(
        {1: lambda at, own: derive_encryption_secret(at, 1, source=own)}
    ):
        last = hold_ceremonies(cli)
    for name, outcome in last.items():
        if name.startswith("issuer"):
            assert (outcome.code, FAULT in outcome.err) == (ExitCode.NOT_SO, True)
        kept = open_key_file(cli.key(name), password=PASSWORD).secrets
        assert [part.share is not None for part in kept.parts.values()] == [True]
    told = last["trustee-1"]
    assert "not due yet: issuers, images, contexts; run it again" in told.err
    assert told.code == 0
    again = cli.attempt("trustee", key="trustee-1")
    assert (again.code, FAULT in again.err) == (ExitCode.NOT_SO, True)
    refused = cli.attempt("create-boxes", key="commission")
    assert (refused.code, FAULT in refused.err) == (ExitCode.NOT_SO, True)
