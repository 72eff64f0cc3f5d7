from __future__ import annotations

import logging

import pytest

from services.gateway.senders.smpp import Centre, _Link


def test_library_of_smpp_says_nothing_of_what_it_sends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It writes whole messages, with code and phone, for whoever asks for DEBUG."""
    link = _Link(Centre("127.0.0.1", 1, "veche", "Veche"))
    with caplog.at_level(logging.DEBUG):
        link.logger.debug(">>%s", "code and phone")
        logging.getLogger("smpplib.command").warning("code and phone")
    assert caplog.records == []
