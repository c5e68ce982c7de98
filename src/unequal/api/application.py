"""The application: every route of the table, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import HTTPException
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import Receive, Scope, Send

from unequal.access import Accounts, Desk, Gate, verbs
from unequal.api import (
    account_routes,
    agent_pages,
    customer_routes,
    directory_routes,
    event_routes,
    host_routes,
    paths,
    policy_routes,
    problems,
)
from unequal.api.openapi import described
from unequal.api.page_routing import EVERY_PAGE, endpoint
from unequal.api.routing import ROUTES, Route, Server, answered, answered_soon
from unequal.terms.errors import ApiError

FILLED_BY: Final = (account_routes, directory_routes, agent_pages, event_routes, customer_routes, host_routes, policy_routes)
"""Importing a module of routes enters them into ROUTES."""
EVERY_ROUTE: Final = tuple(ROUTES)
"""All of them, once all are entered."""
_THREADS: Final = 32
_NOT_FOUND: Final = 404


def application(live: verbs.LiveVerbs | None, gate: Gate, *, now: Callable[[], datetime] | None = None) -> FastAPI:
    """The API over the moment of contact.

    Args:
        live: the moment of contact; without it only people, keys and the audit are served.
        gate: who may come in.
        now: naive UTC; the gate's clock by default.
    """
    threads = ThreadPoolExecutor(_THREADS, "unequal-api")
    server = Server(gate, Accounts(gate), None if live is None else Desk(live, gate), now or gate.members.now)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        threads.shutdown()

    app = _Application(title="Unequal", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json", lifespan=lifespan)
    served = [found for found in EVERY_ROUTE if live is not None or not found.needs_live]
    for found in served:
        app.add_api_route(found.path, _endpoint(found, server, threads), methods=[found.method], name=found.name, response_model=None)
    app.shortcuts = {(one.method, one.path): partial(answered_soon, one, server, threads) for one in served if one.is_soon}
    if live is not None:
        for one in EVERY_PAGE:
            visited = endpoint(one, server, live.agents.page.embed_in, threads)
            app.add_api_route(one.path, visited, methods=[one.method], response_model=None)
    app.add_exception_handler(StarletteHTTPException, _no_such_route)
    app.add_exception_handler(HTTPException, _no_such_route)
    app.openapi = lambda: described(served)  # type: ignore[method-assign]
    return app


def _endpoint(found: Route, server: Server, threads: Executor) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await answered(found, server, request, threads)

    return endpoint


class _Application(FastAPI):
    """Answers the few routes that are asked all the time itself, before it looks for a route among all.

    Attributes:
        shortcuts: what answers them, by method and path; their paths have no places to fill.
    """

    shortcuts: Mapping[tuple[str, str], Callable[[Scope, Receive, Send], Awaitable[None]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http":
            paths.mark_slashes(scope)
            found = self.shortcuts.get((scope["method"], scope["path"]))
        await (found or super().__call__)(scope, receive, send)


async def _no_such_route(request: Request, error: Any) -> Response:
    if error.status_code == _NOT_FOUND:
        wrong = ApiError("API004", "there is nothing at this address", seen=paths.path_of(request.scope)[:200], do="see /v1/openapi.json")
    else:
        wrong = ApiError("API005", "this address takes no such method", seen=request.method[:20], do="see /v1/openapi.json")
    response = problems.answer(wrong)
    response.headers.update(error.headers or {})
    return response
