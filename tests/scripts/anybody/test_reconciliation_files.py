"""A reconciliation as page and PDF: what is somebody else's text shows nothing else."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from typing_extensions import override

from election.audit.reconciliation import Place, Reconciliation
from election.audit.report import Finality, Report, Signing
from election.crypto.transcript import Hash
from election.protocol.counts import CandidateCount
from scripts.anybody.reconcile import Found
from scripts.anybody.reconciliation import pdf
from scripts.anybody.reconciliation.page import render_page
from scripts.anybody.reconciliation.pdf import printable, render_pdf
from scripts.running import run_act
from scripts.shared.exit_codes import ExitCode
from scripts.shared.languages import Language

HOSTILE: Final = (
    "</style><script>alert(1)</script>",
    '"><img src=http://127.0.0.1:1/x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "Иванов\u202eвонавИ\n<link rel=stylesheet href=file:///etc/passwd>",
    "&lt;b&gt; שלום",
)
OUTSIDE: Final = {"script", "link", "img", "iframe", "object", "embed", "base", "a"}


def make_found(names: tuple[str, ...]) -> Found:
    """One contest with these candidates, its gap as large as its margin."""
    report = Report(
        title=names[0],
        test=False,
        chain_id=2019,
        election="0x" + "ab" * 20,
        head=4711,
        head_timestamp=1_568_000_000,
        polls_end=1_567_990_000,
        record_hash="0x" + "cd" * 32,
        booth=None,
        checks=(),
        contests=(),
        verified_ballots=0,
        ballots=0,
        finality=Finality(Signing.ABSENT, "nobody"),
    )
    counts = tuple(
        CandidateCount(slot, 20 - slot, name) for slot, name in enumerate(names, 1)
    )
    row = Reconciliation(1, names[-1], 40, 30, 2, 28, 27, counts, margin=1)
    places = [Place(7, Hash(b"\x11" * 32))]
    return Found(report, [row], {1: places}, "3 1 6", elected=1)


HONEST: Final = make_found(("Иванова Анна", "Петров Борис"))


class Seen(HTMLParser):
    """What a browser would make of a page: its elements, and all text outside them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(params=list(Language))
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


def test_page_has_no_script_and_nothing_from_elsewhere(language: Language) -> None:
    honest, hostile = (
        Seen(render_page(make_found(names), language))
        for names in (("A", "B", "C", "D", "E"), HOSTILE)
    )
    assert hostile.tags == honest.tags
    assert hostile.attributes == honest.attributes
    assert OUTSIDE.isdisjoint(hostile.tags)
    assert not {"src", "href", "style"} & {name for name, _ in hostile.attributes}


def test_foreign_text_is_spelt_on_the_page(language: Language) -> None:
    seen = Seen(render_page(make_found(HOSTILE), language))
    for name in HOSTILE[:3]:
        assert name in seen.text
    assert r"\u{202e}" in seen.text
    assert "\u202e" not in seen.text


def test_page_says_its_language_and_heads_its_tables(language: Language) -> None:
    seen = Seen(render_page(HONEST, language))
    assert ("lang", language.value) in seen.attributes
    assert seen.tags.count("table") == seen.tags.count("caption") == 4
    assert ("scope", "row") in seen.attributes
    assert ("scope", "col") in seen.attributes


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        (Language.ENGLISH, "WARNING: the gap, 1, is not below the margin, 1."),
        (Language.RUSSIAN, "ВНИМАНИЕ: разрыв (1) не меньше отрыва (1)."),
    ],
)
def test_gap_that_reaches_the_margin_is_warned_of(spoken: Language, said: str) -> None:
    assert said in Seen(render_page(HONEST, spoken)).text


def test_pdf_has_the_same_bytes_when_it_is_made_again(language: Language) -> None:
    found = make_found(HOSTILE)
    page = render_page(found, language, shown=printable)
    assert render_pdf(page) == render_pdf(page)


def unpack(raw: bytes) -> bytes:
    """Give a PDF with what stands packed in it."""
    found = re.finditer(rb"/FlateDecode.*?stream\n(.*?)\nendstream", raw, re.DOTALL)
    return raw + b"".join(zlib.decompress(each[1]) for each in found)


def test_pdf_is_tagged_and_says_what_it_is(language: Language) -> None:
    raw = unpack(render_pdf(render_page(HONEST, language, shown=printable)))
    assert raw.startswith(b"%PDF-1.7")
    for mark in (
        b"/StructTreeRoot",
        b"/MarkInfo",
        b"/DisplayDocTitle true",
        b"/Lang (%b)" % language.encode(),
        b"/S /TH",
        b"/S /Caption",
        b"pdfuaid:part",
    ):
        assert mark in raw, mark


def test_pdf_has_letters_of_one_font_alone() -> None:
    """A font of the machine would come in for a letter that ours lacks."""
    page = render_page(make_found(HOSTILE), Language.RUSSIAN, shown=printable)
    raw = unpack(render_pdf(page))
    named = set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+([A-Za-z-]+)", raw))
    assert named == {b"Veche-PDF", b"Veche-PDF-Bold"}


def test_letter_that_the_font_lacks_is_spelt() -> None:
    assert printable("Ёж Ә № ש") == r"Ёж Ә № \u{5e9}"


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Forget that a writer of PDFs was imported, for as long as a test runs."""
    pdf._import_writer.cache_clear()
    yield monkeypatch
    pdf._import_writer.cache_clear()


def test_pdf_names_the_extra_that_is_missing(
    without: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without.setitem(sys.modules, "weasyprint", None)
    arguments = [str(tmp_path / "none.gz"), "--pdf", str(tmp_path / "made.pdf")]
    assert run_act("reconcile", arguments) == ExitCode.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "--pdf: needs what the extra `pdf` brings" in printed.err
    assert "pip install 'veche[pdf]'" in printed.err


def test_pdf_names_the_library_of_the_system_that_is_missing(
    without: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weasyprint.py").write_text(
        'print("-----")\nraise OSError("no pango")\n'
    )
    without.delitem(sys.modules, "weasyprint", raising=False)
    without.syspath_prepend(tmp_path)
    arguments = [str(tmp_path / "none.gz"), "--pdf", str(tmp_path / "made.pdf")]
    assert run_act("reconcile", arguments) == ExitCode.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in printed.err
