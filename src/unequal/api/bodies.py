"""Reading a request's body within its limit, as JSON and nothing else."""

from __future__ import annotations

import zlib
from typing import Any, Final, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.types import Receive

from unequal.terms.errors import ApiError

KB: Final = 1024
LONGEST_EVENT: Final = 32 * KB
LONGEST_BATCH: Final = 500 * KB
LONGEST_BODY: Final = 64 * KB
_MOST_FAULTS: Final = 10
_GZIP: Final = 31
_Model = TypeVar("_Model", bound=BaseModel)


async def read(request: Request, limit: int) -> bytes:
    """A request's body.

    Raises:
        ApiError: API001, it is longer than `limit` bytes, packed or unpacked; API002, it is no gzip though it says so.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_long("the body", int(announced), limit)
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > limit:
            raise too_long("the body", length, limit)
        parts.append(part)
    body = b"".join(parts)
    return _unpacked(body, limit) if request.headers.get("content-encoding", "").lower() == "gzip" else body


async def read_plain(receive: Receive, limit: int) -> bytes:
    """The same of a body that is not packed, straight off the wire.

    Raises:
        ApiError: API001, as `read`.
    """
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body = body + part if body else part
        if len(body) > limit:
            raise too_long("the body", len(body), limit)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return body


def _unpacked(body: bytes, limit: int) -> bytes:
    """A body out of gzip, never more of it than the limit: a bomb is met before it is unpacked."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise ApiError(
            "API002", "the body cannot be read", seen="no gzip, though it is said to be", do="send it as it is said to be"
        ) from None
    if len(found) > limit:
        raise too_long("the unpacked body", len(found), limit)
    if not unpacking.eof:
        raise ApiError("API002", "the body cannot be read", seen="gzip that is cut off", do="send it whole")
    return found


def parsed(body: bytes) -> Any:
    """A body as plain values.

    Raises:
        ApiError: API002, it is no JSON, or has half a surrogate pair or a NUL in a text.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError("API002", "the body cannot be read", where=f"line {error.lineno}, column {error.colno}", seen=error.msg.split(":")[0],
                       do="send JSON in UTF-8") from None  # fmt: skip
    if b"\\u0000" in body and has_nul(found):
        raise ApiError("API002", "the body cannot be read", seen="a NUL character in a text", do="leave it out: no database keeps it")
    return found


def has_nul(value: Any) -> bool:
    """Whether any text within a value holds a NUL, however deep it lies."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if "\0" in one:
                return True
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
    return False


def fitted(model: type[_Model], value: Any, what: str = "the body") -> _Model:
    """Plain values as a model's.

    Raises:
        ApiError: API003, they do not fit; each fault is told with its place, never with the value, which may be personal.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = [f"{'.'.join(map(str, fault['loc'])) or what}: {fault['msg']}" for fault in faults[:_MOST_FAULTS]]
        raise ApiError("API003", f"{what} does not fit", where=told[0].partition(":")[0][:200], seen="; ".join(told)[:1000],
                       do="see the API's reference for what fits") from None  # fmt: skip


def too_long(what: str, length: int, limit: int) -> ApiError:
    """API001: something is longer than it may be."""
    return ApiError("API001", f"{what} is too large", seen=f"{length:,} bytes", do=f"send {limit:,} bytes at most")
