"""A rehearsal of a city's size, in small: killed in the middle, and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from election.artifacts import ROOT
from election.errors import ElectionError
from rehearsal.people import Conduct
from scripts.__main__ import run
from scripts.demo.electorate import read_results, read_turnout
from scripts.rehearse.city import City, draw_city, order_arrivals
from scripts.rehearse.day import SLICE, cut_day, read_curve
from scripts.rehearse.plot import Panel, draw
from scripts.rehearse.report import reckon, spell_length, sum_steps
from scripts.rehearse.samples import HERE, NODE, Sample, keep_samples, read_samples
from scripts.rehearse.seed import Seed
from scripts.rehearse.sending import Kind
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.manifest_file import read_manifest
from tests.patience import wait_until

ELECTIONS = ROOT / "elections"
RESULTS = ELECTIONS / "mgd-2019-results.json"


def draw_small(voters: int, online: int) -> City:
    manifest = read_manifest(
        ELECTIONS / "mgd-2019.toml", ELECTIONS / "test-accounts.toml"
    )
    return draw_city(
        manifest.contests,
        read_results(RESULTS),
        read_turnout(RESULTS),
        voters=voters,
        online=online,
        minimum_cast=manifest.minimum_cast,
    )


def begin(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "scripts", "rehearse", "--json"]
    command += ["--voters", "120", "--online", "60", "--folder", str(folder)]
    return subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def has_cast(folder: Path) -> bool:
    """Tell whether some ballots are in a box, and not all."""
    path = folder / "samples.jsonl"
    samples = read_samples(path) if path.exists() else []
    return bool(samples) and samples[-1].step == "the day of the polls"


def test_rehearsal_that_is_killed_goes_on_to_the_same_end(tmp_path: Path) -> None:
    folder = tmp_path / "rehearsal"
    with begin(folder) as first:
        wait_until(lambda: has_cast(folder) or first.poll() is not None)
        assert first.poll() is None, first.communicate()
        os.kill(first.pid, signal.SIGKILL)
    with begin(folder) as second:
        out, err = second.communicate()
    assert second.returncode == 0, err
    told: dict[str, Any] = json.loads(out)
    assert told["held"]
    assert (sum(told["listed"].values()), told["online"]) == (120, 60)
    cast = sum(map(sum, told["counts"].values()))
    assert told["summary"] == f"verified: 3 of 3 contests, {cast} of {cast} ballots"
    last = read_samples(folder / "samples.jsonl")[-1]
    assert last.acts[Kind.REGISTRATION] == 60
    section = (folder / "rehearsal.md").read_text("utf-8")
    assert "Of 120 on the lists of three districts, 60 registered" in section
    assert ET.parse(folder / "rehearsal.svg").getroot().tag.endswith("svg")  # noqa: S314
    again = ["rehearse", "--voters", "121", "--folder", str(folder)]
    assert run(again) == ExitCode.INPUT


def test_folder_of_something_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "diary").write_text("mine")
    line = ["rehearse", "--voters", "120", "--folder", str(tmp_path)]
    assert run(line) == ExitCode.INPUT
    assert "holds something else than a rehearsal" in capsys.readouterr().err
    assert not (tmp_path / "rehearsal.json").exists()


def test_rehearsal_whose_file_was_changed_is_told_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rehearsal.json").write_text("changed")
    line = ["rehearse", "--voters", "120", "--folder", str(tmp_path)]
    assert run(line) == ExitCode.INPUT
    error, hint = capsys.readouterr().err.splitlines()
    assert "rehearsal.json: is not json" in error
    assert "--folder names another" in hint


def test_city_is_in_the_proportions_of_2019() -> None:
    city = draw_small(5_038, 2_000)
    assert city == draw_small(5_038, 2_000)
    assert city.listed == {1: 1_715, 10: 1_773, 30: 1_550}
    count = Counter(each.conduct for each in city.people)
    assert count[Conduct.CASTS] == round(2_000 * 9_810 / 11_228)
    assert count[Conduct.FORGETS] == 2_000 - round(2_000 * 10_363 / 11_228)
    places = [(each.contest, each.index) for each in city.people]
    assert len({*places}) == 2_000
    assert all(index < city.listed[contest] for contest, index in places)


def test_city_of_too_few_voters_says_so() -> None:
    with pytest.raises(ElectionError, match="fewer than 10 are not opened"):
        draw_small(60, 30)


def test_day_goes_as_it_went_in_2019() -> None:
    asking = order_arrivals(draw_small(5_038, 2_000).people)
    day = cut_day(asking, read_curve(RESULTS))
    assert [each for part in day for each in part.people] == asking
    came = {
        part.clock: sum(len(each.people) for each in day[: place + 1]) / len(asking)
        for place, part in enumerate(day)
    }
    assert came["08:25"] == pytest.approx(10 / 92.3, abs=0.001)
    assert came["09:55"] == pytest.approx(39 / 92.3, abs=0.001)
    assert came["13:55"] == pytest.approx(60 / 92.3, abs=0.001)
    assert (day[0].start, day[-1].start) == (0, 12 * 3_600 - SLICE)


def test_secrets_follow_from_the_seed_and_from_nothing_else() -> None:
    one, other = Seed(bytes(32)), Seed(b"\1" * 32)
    assert one.derive("salt", 1, 2, size=32) == one.derive("salt", 1, 2, size=32)
    others = {
        *(one.derive("salt", 12, size=32), other.derive("salt", 1, 2, size=32)),
        *(one.derive("salt", 2, 1, size=32), one.derive("ballot", 1, 2, size=32)),
    }
    assert len(others | {one.derive("salt", 1, 2, size=32)}) == 5
    draw = one.draw("roles")
    assert draw(64) != draw(64)
    assert "\0" * 32 not in repr(one)


def sample(at: float, step: str, **more: Any) -> Sample:
    return Sample(at, step, more.get("spent", {}), {}, {}, 0)


def test_steps_are_summed_up_over_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [
        sample(10, "the keys", spent={NODE: 4, HERE: 1}),
        sample(30, "registration", spent={NODE: 20, HERE: 2}),
        sample(31, "the keys", spent={NODE: 20.5, HERE: 2}),
        sample(51, "registration", spent={NODE: 30.5, HERE: 6}),
    ]
    keep_samples(tmp_path / "kept", samples)
    assert read_samples(tmp_path / "kept") == samples
    steps = sum_steps(samples)
    assert steps["registration"].lasted == 40
    assert steps["registration"].spent[NODE] == 26
    assert steps["the keys"].spent == {NODE: 4.5, HERE: 1, "voters' devices": 0}
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert reckon(samples, online=100, voters=300) == 4.5 + 3 * 26


@pytest.mark.parametrize(
    ("seconds", "spelt"),
    [
        (0.2, "1 second"),
        (29.9, "30 seconds"),
        (119.4, "119 seconds"),
        (119.6, "2 minutes"),
        (3_600, "60 minutes"),
    ],
)
def test_what_takes_less_than_two_minutes_is_told_in_seconds(
    seconds: float, spelt: str
) -> None:
    assert spell_length(seconds) == spelt


def test_plot_spells_what_it_is_given() -> None:
    drawn = draw([Panel("a < b, MiB", {"x": [(0.0, 1.0), (2.0, 37.0)]})], [(1.0, "&")])
    root = ET.fromstring(drawn)  # noqa: S314
    texts = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert {"a < b, MiB", "x", "40", "2.0 min"} <= {*texts}
