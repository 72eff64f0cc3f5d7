"""What an election lacks that somebody has to know of, as long as it can be mended."""

from __future__ import annotations

from election.client.open_election import OpenElection
from election.protocol.text import spell_time
from election.protocol.voter_list import NO_LIST


def list_missing(opened: OpenElection) -> list[str]:
    """Say which contests have no list or no box, and until when they can get one.

    Of what is still to come, and of a contest that has no voters by the commission's
    statement, nothing is said.
    """
    contests, times = list(opened.contests), opened.rules.times
    now = opened.connection.read_clock()
    if now < times[1]:
        return []
    end = spell_time(times[2])
    lists = opened.voter_list.published(contests)
    boxes = dict(zip(contests, opened.election.boxes(contests), strict=True))
    lacking = {
        "voter list": [each for each in contests if lists[each] == NO_LIST],
        "ballot box": [each for each in contests if not any(boxes[each])],
    }
    late = f"none came before {end}, so nobody can vote in it online"
    what = late if now >= times[2] else f"nobody can vote in it unless it has by {end}"
    return [
        f"contest {each} has no {thing}: {what}"
        for thing, found in lacking.items()
        for each in found
    ]
