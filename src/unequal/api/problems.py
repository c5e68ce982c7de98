"""Errors as problem+json (RFC 9457): our code, what, where, seen and do, under the status that fits."""

from __future__ import annotations

import logging
import secrets
from typing import Any, Final

import orjson
from fastapi import Response

from unequal.access import TooManyRequests
from unequal.terms.errors import ApiError, Problems, UnequalError

_LOG: Final = logging.getLogger("unequal.api")
PROBLEM_JSON: Final = "application/problem+json"

STATUS: Final = {
    "ACC001": 401, "ACC002": 403, "ACC003": 403, "ACC004": 403, "ACC005": 429, "ACC006": 401, "ACC007": 429, "ACC010": 403, "ACC011": 409,
    "ACC012": 404, "ACC014": 403, "ACC015": 403, "ACC016": 409, "ACC017": 404,
    "ACC018": 502, "ACC019": 502, "ACC020": 403, "ACC021": 401, "ACC022": 401, "ACC023": 403, "ACC024": 403, "ACC025": 409,
    "CTC042": 409,
    "API000": 500, "API001": 413, "API002": 400, "API004": 404, "API005": 405, "API006": 415,
    "LIV001": 400, "LIV002": 413, "LIV003": 400, "LIV005": 400, "LIV202": 404, "LIV401": 404, "LIV406": 409,
}  # fmt: skip
"""Codes whose status is not that of their room."""
_OF_ROOM: Final = {"STO": 503}
_OTHERWISE: Final = 422


def status_of(error: UnequalError) -> int:
    """The status of an error.

    >>> status_of(ApiError("API001", "too large")), status_of(UnequalError("STO106", "full")), status_of(UnequalError("PRD004", "no"))
    (413, 503, 422)
    """
    return STATUS.get(error.code, _OF_ROOM.get(error.code[:3], _OTHERWISE))


def document(error: UnequalError) -> dict[str, Any]:
    """An error as a problem's document; several problems of one text stand in `problems`."""
    told = {"code": error.code, "what": error.what, "where": error.where, "seen": error.seen, "do": error.do}
    more = {"problems": [document(problem) for problem in error.problems]} if isinstance(error, Problems) else {}
    return {"type": f"urn:unequal:error:{error.code}", "title": error.what, "status": status_of(error), **told, **more}


def answer(error: UnequalError) -> Response:
    """An error as a response."""
    headers = {"WWW-Authenticate": 'Bearer, Basic realm="unequal"'} if error.code == "ACC001" else {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.seconds)
    found = document(error)
    return Response(orjson.dumps(found), status_code=found["status"], media_type=PROBLEM_JSON, headers=headers)


def our_fault(error: Exception) -> Response:
    """What nobody has foreseen, as a response."""
    return answer(incident(error))


def incident(error: Exception) -> ApiError:
    """What nobody has foreseen: told to the log in full, to the caller by a number alone."""
    number = secrets.token_hex(4)
    _LOG.error("incident %s", number, exc_info=error)
    return ApiError("API000", "something went wrong on our side", seen=f"incident {number}", do="look for the incident in the server's log")
