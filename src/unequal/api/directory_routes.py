"""Signing in by the company's directory: a browser is sent there, comes back, and has a session of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from fastapi import Response

from unequal.api import agent_views, page_routing, shapes
from unequal.api.credentials import address_of
from unequal.api.page_routing import Shown
from unequal.api.routing import Call, route
from unequal.terms.errors import UnequalError

BEGIN: Final = "/v1/session/oidc"
COOKIE: Final = "__Host-unequal-sign-in"
"""Holds what binds a sign-in to the browser that began it; the directory's own page sends the browser back, so it cannot be Strict."""
_MINUTES: Final = 10
_ANSWERS: Final = {
    "401": "The directory lets nobody in, or its word is not believed.", "403": "It was not begun in this browser, or gives no role.",
    "404": "There is no directory.", "502": "The directory was not reached, or does not answer as it must.",
}  # fmt: skip


def _visited(act: Callable[[Call], Response]) -> Callable[[Call], Any]:
    """To a browser errors are told on a page; to a program as everywhere."""

    @wraps(act)
    def visited(call: Call) -> Response:
        try:
            return act(call)
        except UnequalError as error:
            if "text/html" not in call.request.headers.get("accept", ""):
                raise
            return page_routing.rendered(page_routing.error_page(error))

    return visited


@route("GET", BEGIN, "session.open", query=shapes.Onward, status=303, more=_ANSWERS, needs_live=False)
@_visited
def begin_sign_in(call: Call) -> Response:
    """Sign in by the company's directory: the browser is sent there."""
    url, secret = call.accounts.begin_sign_in(call.caller, page_routing.local_path(call.query.next))
    response = page_routing.rendered(Shown(to=url, headers={"Referrer-Policy": "no-referrer"}))
    response.headers.append("Set-Cookie", _cookie(secret, 60 * _MINUTES))
    return response


@route("GET", f"{BEGIN}/callback", "session.open", query=shapes.DirectoryReturn, more=_ANSWERS, needs_live=False)
@_visited
def end_sign_in(call: Call) -> Response:
    """Come back from the company's directory: a cookie holds the session, as after a password."""
    given = call.query
    secret = call.request.cookies.get(COOKIE, "")
    token, leads_to = call.accounts.end_sign_in(
        call.caller, address_of(call.request), secret=secret, state=given.state, code=given.code, error=given.error, issuer=given.iss
    )
    # A page of ours leads on, and no redirect: a browser sends a Strict cookie only where our own page leads.
    page = Shown(agent_views.signed_in_page(leads_to), token=token, headers={"Referrer-Policy": "no-referrer"})
    response = page_routing.rendered(page)
    response.headers.append("Set-Cookie", _cookie("", 0))
    return response


def _cookie(secret: str, seconds: int) -> str:
    return f"{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}"
