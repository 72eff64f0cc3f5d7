"""Make the ballot boxes, once the keys are final."""

from __future__ import annotations

from scripts.shared.by_key import Actor, by_key
from scripts.shared.following import say_next_from, spell_start

EXAMPLE = "veche create-boxes --election election.json --key keys/commission.json"


@by_key()
def command(actor: Actor) -> None:
    """Make the ballot boxes that are missing, after verifying the keys.

    Both ceremonies have to be final. Anybody may do it: the keys decide what is made.
    """
    from scripts.commission.create_boxes import create_boxes

    opened, as_json = actor.opened, actor.as_json
    with actor.alone():
        boxes = create_boxes(opened, key=actor.key)
    boxes.report(
        lambda _, made: f"0x{made.handle.contract.address.hex()}", as_json=as_json
    )
    start = spell_start(opened, "list")
    say_next_from(
        start, "the commission publishes the lists from {start} on", as_json=as_json
    )
