"""Bodies of JSON: read into a closed type, or refused by the name of the key."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from election.errors import EncodingError
from election.protocol.nesting import check_nesting
from services.shell.problems import Problem
from services.shell.text import _

Kind = TypeVar("Kind", bound=BaseModel)
ElectionName = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{40}$")]
"""The contract's address, lower case: how an election is named in every body."""

HexWord = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{64}$")]
HexPoint = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{256}$")]
_HIDDEN_KEYS: Final = 60  # characters of a key's name that are repeated


async def read_body(request: Request, into: type[Kind]) -> Kind:
    """Read a body of JSON; raises Problem, which names the key at fault."""
    raw = await request.body()
    try:
        check_nesting(raw)
        return into.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))[:_HIDDEN_KEYS]
        raise Problem(
            "bad_request",
            _("The request cannot be read: %(key)s: %(fact)s"),
            key=key or "json",
            fact=first["msg"],
        ) from None
    except (EncodingError, ValueError, RecursionError):
        raise Problem(
            "bad_request", _("The request cannot be read: it is not JSON.")
        ) from None


def answer(value: Any, status: int = HTTPStatus.OK) -> JSONResponse:
    """Answer with JSON that nobody keeps."""
    headers = {"Cache-Control": "no-store"}
    return JSONResponse(value, status_code=int(status), headers=headers)
