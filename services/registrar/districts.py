"""Which contest an address votes in: the neighbourhoods of each, from a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from election.errors import EncodingError
from election.protocol.toml_text import parse_toml
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text

_KIND: Final = re.compile(
    r"(?:внутригородское )?(?:муниципальное образование|муниципальный округ|поселение"
    r"|район|р-н|м\. ?о\.|мо)(?= )\s*|\s*(?:район|р-н)$"
)
_BLANKS: Final = re.compile(r"\s+")
_REMEMBERED: Final = 16_384  # parts of addresses
_NUMBER: Final = re.compile("(?:№ ?)?([0-9]{1,9})")


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class _District(_Closed):
    contest: Annotated[int, Field(ge=0, lt=2**31)]
    neighbourhoods: Annotated[list[str], Field(min_length=1)]


class _File(_Closed):
    districts: Annotated[list[_District], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person votes: a contest, and the neighbourhood of a polling station."""

    contest: int
    neighbourhood: str


@dataclass(frozen=True, slots=True)
class Districts:
    """Neighbourhoods by what their names are compared by."""

    homes: Mapping[str, Home]

    def find(self, district: str, neighbourhood: str, address: str) -> Home:
        """Find where somebody votes; any but one may be empty. Raises InputError."""
        home = (
            self._name("neighbourhood", neighbourhood)
            if neighbourhood
            else self._locate(address)
        )
        if district:
            number = _NUMBER.fullmatch(district)
            if number is None:
                raise InputError("district", "is not a number")
            if int(number[1]) != home.contest:
                fact = f"is {number[1]}, but {home.neighbourhood} is in {home.contest}"
                raise InputError("district", fact)
        if neighbourhood and address:
            said = self._all(address)
            if said and home not in said:
                fact = f"names {said[0].neighbourhood}, the column {home.neighbourhood}"
                raise InputError("address", fact)
        return home

    def _name(self, column: str, text: str) -> Home:
        found = self.homes.get(_fold(text))
        if found is None:
            raise InputError(column, "is none of the districts' neighbourhoods")
        return found

    def _locate(self, address: str) -> Home:
        if not address:
            raise InputError("neighbourhood", "is missing, and so is the address")
        said = self._all(address)
        if not said:
            fact = "names no neighbourhood of the districts: fill in neighbourhood"
            raise InputError("address", fact)
        if len(said) > 1:
            fact = f"names {said[0].neighbourhood} and {said[1].neighbourhood}"
            raise InputError("address", f"{fact}: fill in neighbourhood")
        return said[0]

    def _all(self, address: str) -> list[Home]:
        """List the neighbourhoods that stand between commas, each once."""
        parts = (self.homes.get(_fold(part)) for part in address.split(","))
        return list(dict.fromkeys(home for home in parts if home is not None))


def read_districts(path: Path) -> Districts:
    """Read a file of districts; raises InputError."""
    if not path.exists():
        hint = "elections/mgd-2019-districts.toml is an example of one"
        raise InputError(str(path), "is not there", hint=hint)
    try:
        file = _File.model_validate(parse_toml(read_text(path)))
    except EncodingError as error:
        raise InputError(str(path), error.fact) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise InputError(str(path), f"{key}: {first['msg'].lower()}") from None
    homes: dict[str, Home] = {}
    for district in file.districts:
        for name in district.neighbourhoods:
            if _fold(name) in homes or "," in name:
                raise InputError(str(path), f"{name}: stands twice, or has a comma")
            homes[_fold(name)] = Home(district.contest, name)
    return Districts(homes)


@lru_cache(_REMEMBERED)  # a list names the same streets again and again
def _fold(text: str) -> str:
    """Write a name as it is compared: small, one blank, е for ё, no word before it."""
    small = _BLANKS.sub(" ", text).strip().lower().replace("ё", "е")
    return _KIND.sub("", small)
