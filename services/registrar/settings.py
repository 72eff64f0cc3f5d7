"""What the registrar's config.toml may say beside what every service is told."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from services.shell.settings import Settings


class RegistrarSettings(Settings):
    """The registrar's own settings.

    districts: file of neighbourhoods. accept: who decides on an application.
    applications_from: the first moment of applications, if it is not that of each
    election's registration. margin:
    seconds before the freeze in which nothing is filed or withdrawn any more.
    send_every: seconds between two groups of requests for credentials. window:
    transactions that wait on a node at once.
    """

    districts: str = "districts.toml"
    accept: Literal["automatic", "by_hand"] = "automatic"
    applications_from: AwareDatetime | None = None
    margin: Annotated[int, Field(ge=0, le=86_400)] = 3_600
    send_every: Annotated[int, Field(ge=1, le=600)] = 180
    window: Annotated[int, Field(ge=1, le=200)] = 100
    check_every: Annotated[float, Field(gt=0, le=60)] = 5


CONFIG: Final = """
# The neighbourhoods of each contest; elections/mgd-2019-districts.toml is an example.
districts = "districts.toml"
# "by_hand": each application waits for `veche registrar decide`.
accept = "automatic"
# The first day of applications, as in the published rules, also before there are lists
# of voters; left out: the moment from which each election registers.
# applications_from = 2019-07-24T00:00:00+03:00
# Seconds before the freeze in which nothing is filed or withdrawn any more.
margin = 3600
# Seconds between two groups of requests for credentials, 600 at most.
send_every = 180
# Transactions that wait on a node at once, 200 at most.
window = 100
"""
