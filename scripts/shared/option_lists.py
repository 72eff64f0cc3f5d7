"""Lists of options of which the options of acts are composed, each of one idea."""

from __future__ import annotations

from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    TermsFile,
    TermsHash,
)


def of_election(election: ElectionFile) -> None:
    """Take an election."""


def by_terms(terms: TermsFile, terms_hash: TermsHash) -> None:
    """Take the terms that voters and attesters go by."""


def with_key(
    key: KeyPath, password_file: PasswordFile = None, as_json: AsJson = False
) -> None:
    """Take the key file of whoever acts."""


def through_nodes(rpc_urls: AnyRpcUrl = None) -> None:
    """Take the nodes that are asked, the next where one is down."""
