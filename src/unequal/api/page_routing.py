"""The table of pages, and the one way in which each is answered: a session by its cookie, plain forms, and a browser that may do little."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request, Response

from unequal.access import ANYBODY, Accounts, Caller, Desk, csrf_of, is_csrf_of
from unequal.api import agent_views, bodies, paths, problems
from unequal.api.credentials import COOKIE, address_of, check_origin
from unequal.api.routing import Server
from unequal.terms.errors import AccessError, ApiError, Problems, UnequalError

EMBEDDED_COOKIE: Final = "__Host-unequal-embedded"
"""The session of a page within another site's: browsers keep it apart for each site, and send it nowhere else."""
SIGN_IN: Final = "/sign-in"
FIRST: Final = "/agent"
"""The page that a visitor comes to who asked for none."""
_OWN: Final = re.compile(r"/agent(?:[/?][^\\\s]*)?")
_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_FORM: Final = 16 * bodies.KB
_MOST_FIELDS: Final = 30
_SEE_OTHER: Final = 303
_OF_ADDRESSES: Final = ":/%#?=@[]!$&'()*+,;"
"""What stays as it is in an address; a header has no letters beyond Latin-1."""


@dataclass(frozen=True)
class Visit:
    """One request of a browser, read."""

    server: Server
    caller: Caller
    token: str
    request: Request
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def desk(self) -> Desk:
        return self.server.desk  # type: ignore[return-value] # pages are served with the moment of contact alone

    @property
    def accounts(self) -> Accounts:
        return self.server.accounts

    @property
    def is_embedded(self) -> bool:
        """Whether the page stands within another site's."""
        return self.query.get("embed") == "1"

    @property
    def csrf(self) -> str:
        """What a form sends back, so that only our own pages can send it."""
        return csrf_of(self.token) if self.token else ""

    @property
    def address(self) -> str:
        """The visitor's."""
        return address_of(self.request)

    def link(self, path: str, *names: str, **query: str) -> str:
        """An address on this server that keeps the page embedded; names come behind the path, whatever letters they have."""
        path = "/".join([path, *(quote(name, safe="") for name in names)])
        asked = urlencode({name: value for name, value in {**query, "embed": "1" if self.is_embedded else ""}.items() if value})
        return f"{path}?{asked}" if asked else path


@dataclass(frozen=True)
class Shown:
    """A page, or where to go instead; `token`: a session that begins, or (empty) ends."""

    html: str = ""
    status: int = 200
    to: str | None = None
    token: str | None = None
    kind: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)


Act = Callable[[Visit], Shown]


@dataclass(frozen=True)
class PageRoute:
    """One page: method and path as HTTP has them, and what answers it; without a session only where it is open."""

    method: str
    path: str
    act: Act
    is_open: bool = False


EVERY_PAGE: Final[list[PageRoute]] = []
"""Every page that there is."""


def page(method: str, path: str, *, is_open: bool = False) -> Callable[[Act], Act]:
    """Enter a page."""

    def enter(act: Act) -> Act:
        EVERY_PAGE.append(PageRoute(method, path, act, is_open))
        return act

    return enter


async def answered(found: PageRoute, server: Server, embed_in: Sequence[str], request: Request, threads: Executor) -> Response:
    """Answer a browser: the form is read here, all else is done in a thread."""
    embedding = embed_in if request.query_params.get("embed") == "1" else ()
    try:
        body = await bodies.read(request, _LONGEST_FORM) if found.method == "POST" else b""
        shown = await asyncio.get_running_loop().run_in_executor(threads, _done, found, server, request, body)
    except UnequalError as error:
        shown = error_page(error)
    return rendered(shown, embedding, is_embedded=request.query_params.get("embed") == "1")


def _done(found: PageRoute, server: Server, request: Request, body: bytes) -> Shown:
    try:
        visit = _visit(found, server, request, body)
        return found.act(visit)
    except AccessError as error:
        return _to_sign_in(request) if error.code == "ACC001" else error_page(error)
    except UnequalError as error:
        return error_page(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets a page and the log the rest
        return error_page(problems.incident(error))


def _visit(found: PageRoute, server: Server, request: Request, body: bytes) -> Visit:
    """A request, read: whose session, then what the form says."""
    query, parts = dict(request.query_params), paths.parts_of(request)
    token = request.cookies.get(EMBEDDED_COOKIE if query.get("embed") == "1" else COOKIE, "")
    address = address_of(request)
    caller = ANYBODY if found.is_open else server.gate.by_session(token, address) if token else server.gate.unknown(address)
    if caller is ANYBODY and not found.is_open:
        raise AccessError("ACC001", "it is not known who asks", do="sign in")
    form = _form(request, body) if found.method == "POST" else {}
    if bodies.has_nul(query) or bodies.has_nul(parts) or bodies.has_nul(form):
        raise ApiError("API002", "the request cannot be read", seen="a NUL character", do="leave it out: no database keeps it")
    if found.method == "POST":
        check_origin(request)
        if not found.is_open and not is_csrf_of(token, form.get("csrf", "")):
            raise AccessError("ACC014", "the request may come from another site's page", seen="no CSRF token of this session",
                              do="open the page anew and send the form again")  # fmt: skip
    return Visit(server, caller, token, request, parts, query, form)


def _form(request: Request, body: bytes) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise ApiError("API006", "the body is of another kind", seen=kind[:100] or "none is named", do=f"send {_FORM}")
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise ApiError("API002", "the body cannot be read", seen="no form in UTF-8", do="send the page's own form") from None


def _to_sign_in(request: Request) -> Shown:
    """To the sign-in page, and from there back."""
    kept = {"embed": "1"} if request.query_params.get("embed") == "1" else {}
    back = paths.path_of(request.scope) + (f"?{request.url.query}" if request.url.query else "")
    return Shown(to=f"{SIGN_IN}?{urlencode({'next': back, **kept})}")


def error_page(error: UnequalError) -> Shown:
    """What happened, what is safe, and what to do."""
    several = error.problems if isinstance(error, Problems) else [error]
    first = several[0]
    return Shown(agent_views.error_page(what=first.what, seen=first.seen, do=first.do, code=first.code), problems.status_of(error))


def local_path(asked: str) -> str:
    """Where to go after signing in: the page that was asked for, if it is one of this server, or else the first; never to another site."""
    return asked if _OWN.fullmatch(asked) else FIRST


def rendered(shown: Shown, embed_in: Sequence[str] = (), *, is_embedded: bool = False) -> Response:
    """A page as a response."""
    headers = {
        "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
        "Content-Security-Policy": content_policy(embed_in), "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()", **shown.headers,
    }  # fmt: skip
    if not embed_in:
        headers["X-Frame-Options"] = "DENY"
    if shown.to is not None:
        response = Response(None, _SEE_OTHER, {**headers, "Location": quote(shown.to, safe=_OF_ADDRESSES)})
    else:
        response = Response(shown.html, shown.status, headers, media_type=shown.kind)
    if shown.token is not None:
        response.headers.append("Set-Cookie", _cookie(shown.token, is_embedded=is_embedded))
    return response


def content_policy(embed_in: Sequence[str]) -> str:
    """What a page may load and do: our own style and script, forms to ourselves, and to stand within the sites named alone."""
    within = " ".join(embed_in) or "'none'"
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {within}"
    )


def _cookie(token: str, *, is_embedded: bool) -> str:
    """A session's cookie; embedded, browsers keep it for the site around it alone."""
    name, site = (EMBEDDED_COOKIE, "None; Partitioned") if is_embedded else (COOKIE, "Strict")
    ends = "" if token else "; Max-Age=0"
    return f"{name}={token}; Path=/; Secure; HttpOnly; SameSite={site}{ends}"


def endpoint(found: PageRoute, server: Server, embed_in: Sequence[str], threads: Executor) -> Any:
    """A page as the framework calls it."""

    async def visited(request: Request) -> Response:
        return await answered(found, server, embed_in, request, threads)

    return visited
