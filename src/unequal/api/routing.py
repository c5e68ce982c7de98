"""The table of routes, and the one way in which each is answered: who calls, what he sends, one call, its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from unequal.access import Accounts, Caller, Desk, Gate
from unequal.api import bodies, paths, problems
from unequal.api.credentials import address_of, caller_of, key_in, plain_key_in
from unequal.terms.errors import ApiError, UnequalError

_OPTIONS: Final = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
_NO_CONTENT: Final = 204
_PLAIN_HEADERS: Final = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


@dataclass(frozen=True)
class Server:
    """What routes work with; `live` is false where only people and keys are served."""

    gate: Gate
    accounts: Accounts
    desk: Desk | None
    now: Callable[[], datetime]


@dataclass
class Call:
    """One request, read."""

    server: Server
    caller: Caller
    request: Request
    path: Mapping[str, str]
    query: Any
    body: Any
    raw: bytes = b""
    """The body as it was sent, but unpacked."""
    cookies: dict[str, str | None] = field(default_factory=dict)
    """Cookies to set; None: to delete."""

    @property
    def desk(self) -> Desk:
        return cast("Desk", self.server.desk)

    @property
    def accounts(self) -> Accounts:
        return self.server.accounts


Act = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """One route.

    Args:
        method, path: as HTTP has them.
        function: of `access.permissions.FUNCTIONS`, which allows it.
        act: what answers it.
        summary: for the reference.
        answer: what it answers.
        body, query: what it takes.
        status: where all is well.
        is_event: a write key may stand in the body, which may be of any media type and is read where events are taken in.
        limit: bytes of the body.
        needs_live: whether it is there only with the moment of contact.
        is_soon: `act` gives a future, for which no thread waits; see answered_soon.
        more: what else it may answer: status and why.
    """

    method: str
    path: str
    function: str
    act: Act
    summary: str
    answer: type[BaseModel] | None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    is_event: bool = False
    limit: int = bodies.LONGEST_BODY
    needs_live: bool = True
    is_soon: bool = False
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.act.__name__


ROUTES: Final[list[Route]] = []
"""Every route that there is: none is answered that does not stand here."""


def route(method: str, path: str, function: str, *, answer: type[BaseModel] | None = None, **more: Any) -> Callable[[Act], Act]:
    """Enter a route; its summary is the first line of the docstring."""

    def enter(act: Act) -> Act:
        ROUTES.append(Route(method, path, function, act, (act.__doc__ or "").partition("\n")[0].rstrip("."), answer, **more))
        return act

    return enter


async def answered(found: Route, server: Server, request: Request, threads: Executor) -> Response:
    """Answer a request: the body is read here, all else is done in a thread, for it may wait for a disk."""
    try:
        body = await bodies.read(request, found.limit) if found.body is not None else b""
        loop = asyncio.get_running_loop()
        if not found.is_soon:
            return await loop.run_in_executor(threads, _done, found, server, request, body)
        call = await loop.run_in_executor(threads, _call, found, server, request, body)
        return _rendered(found, call, await _soon(found.act(call)))
    except UnequalError as error:
        return problems.answer(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the log the rest
        return problems.our_fault(error)


async def answered_soon(found: Route, server: Server, threads: Executor, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that is asked all the time.

    As nearly every one of them is sent, by a key that is known and in plain JSON, it is read from the headers as they are: to make objects of
    a request and a response takes as long as to answer it. Any other is answered as on every route.
    """
    headers = dict(scope["headers"])
    key = plain_key_in(headers)
    if key is None or not server.gate.knows(key) or not _is_plain(headers) or scope["query_string"]:
        response = await answered(found, server, Request(scope, receive), threads)
    else:
        try:
            body = await bodies.read_plain(receive, found.limit)
            caller = server.gate.by_key(key, scope["client"][0] if scope["client"] else "unknown")
            assert found.body is not None, "what is asked all the time is asked with a body"
            call = Call(server, caller, Request(scope), {}, None, bodies.fitted(found.body, bodies.parsed(body)), body)
            content = orjson.dumps(await _soon(found.act(call)), default=_plain, option=_OPTIONS)
        except UnequalError as error:
            response = problems.answer(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the log the rest
            response = problems.our_fault(error)
        else:
            length = (b"content-length", str(len(content)).encode("ascii"))
            await send({"type": "http.response.start", "status": found.status, "headers": [*_PLAIN_HEADERS, length]})
            await send({"type": "http.response.body", "body": content})
            return
    await response(scope, receive, send)


def _is_plain(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"content-type") == b"application/json" and b"content-encoding" not in headers


async def _soon(answer: Future[Any]) -> Any:
    """What a future comes to that another thread settles."""
    loop = asyncio.get_running_loop()
    waiting = loop.create_future()
    answer.add_done_callback(lambda done: loop.call_soon_threadsafe(_settle, waiting, done))
    return await waiting


def _settle(waiting: asyncio.Future[Any], done: Future[Any]) -> None:
    # Who asked may have gone meanwhile.
    if waiting.cancelled():
        return
    error = done.exception()
    if error is None:
        waiting.set_result(done.result())
    else:
        waiting.set_exception(error)


def _done(found: Route, server: Server, request: Request, body: bytes) -> Response:
    try:
        call = _call(found, server, request, body)
        return _rendered(found, call, found.act(call))
    except UnequalError as error:
        return problems.answer(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the log the rest
        return problems.our_fault(error)


def _call(found: Route, server: Server, request: Request, body: bytes) -> Call:
    """A request, read: first who calls, then what he sends."""
    caller = caller_of(server.gate, request, _written_key(body) if found.is_event and key_in(request.headers) is None else None)
    parts = paths.parts_of(request)
    if bodies.has_nul(parts) or bodies.has_nul(dict(request.query_params)):
        raise ApiError("API002", "the request cannot be read", seen="a NUL character", do="leave it out: no database keeps it")
    query = None if found.query is None else bodies.fitted(found.query, dict(request.query_params), "the query")
    # Events are read where they are taken in: each is judged by itself there.
    fitted = None if found.body is None or found.is_event else bodies.fitted(found.body, _sent(found.body, request, body))
    return Call(server, caller, request, parts, query, fitted, body)


def _written_key(body: bytes) -> str | None:
    """A write key within an event's or a batch's body."""
    sent = bodies.parsed(body)
    written = sent.get("writeKey") if isinstance(sent, dict) else None
    return written if isinstance(written, str) and written else None


def _sent(shape: type[BaseModel], request: Request, body: bytes) -> Any:
    """What was sent; of a body that has nothing to say, none is as good."""
    return {} if not body and not shape.model_fields else _json(request, body)


def _json(request: Request, body: bytes) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        # A form of another site's page can send text, but not JSON, without asking first.
        raise ApiError("API006", "the body is of another kind", seen=kind[:100] or "none is named", do="send application/json")
    return bodies.parsed(body)


def _rendered(found: Route, call: Call, answer: Any) -> Response:
    if isinstance(answer, Response):
        # A browser comes here by itself, and is shown a page or sent on.
        return answer
    content = None if found.status == _NO_CONTENT else orjson.dumps(answer, default=_plain, option=_OPTIONS)
    response = Response(content, status_code=found.status, media_type="application/json", headers={"Cache-Control": "no-store"})
    for name, value in call.cookies.items():
        if value is None:
            response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")
        else:
            response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="strict")
    return response


def _plain(value: object) -> object:
    """What JSON has no word for: exact decimals as texts, mappings of any kind as objects."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(type(value).__name__)


def address(call: Call) -> str:
    """Where a request comes from."""
    return address_of(call.request)
