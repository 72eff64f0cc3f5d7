"""Every refusal reads `subject: fact` and is drawn in the tree."""

from __future__ import annotations

import inspect

import pytest

from election import errors

CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, errors.ElectionError)
]


@pytest.mark.parametrize("error", CLASSES)
def test_error_is_drawn_in_the_tree(error: type[errors.ElectionError]) -> None:
    assert errors.__doc__ is not None
    assert error.__name__ in errors.__doc__


def test_message_is_subject_and_fact() -> None:
    error = errors.BallotError("signature", "made by another key")
    assert str(error) == "signature: made by another key"
    assert (error.subject, error.fact) == ("signature", "made by another key")


def test_blame_carries_the_index() -> None:
    trustee = errors.FaultyTrusteeError("wrong share", trustee=3)
    issuer = errors.FaultyIssuerError("wrong share", issuer=2)
    assert (trustee.trustee, str(trustee)) == (3, "trustee 3: wrong share")
    assert (issuer.issuer, str(issuer)) == (2, "issuer 2: wrong share")
