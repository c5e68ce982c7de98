"""Pages for agents: sign in, find a customer, and serve him on one page. Every button is a plain form; the script only saves the reload."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from unequal.api import agent_views
from unequal.api.page_routing import FIRST, SIGN_IN, Shown, Visit, local_path, page
from unequal.terms.errors import AccessError, ApiError, LiveError, Problems, TreatmentError, UnequalError

FIND: Final = FIRST
_KINDS: Final = ("phone", "email", "customer_id")
_OUTCOMES: Final = frozenset({"offered", "accepted", "declined", "not_now", "overridden"})
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_WITHIN: Final = 422


@page("GET", "/static/{name}", is_open=True)
def static(visit: Visit) -> Shown:
    """The stylesheet and the script, each under a name that changes with it."""
    found = agent_views.assets().get(visit.path["name"])
    if found is None:
        raise ApiError("API004", "there is nothing at this address", seen=visit.path["name"][:100], do="open the page anew")
    kind, text = found
    return Shown(text, kind=kind, headers=_FOREVER)


@page("GET", SIGN_IN, is_open=True)
def sign_in_page(visit: Visit) -> Shown:
    """A name and a password."""
    return Shown(_sign_in(visit))


@page("POST", SIGN_IN, is_open=True)
def sign_in(visit: Visit) -> Shown:
    """Let somebody in, and on to where he wanted to go."""
    try:
        token = visit.accounts.sign_in(visit.caller, visit.form.get("name", ""), visit.form.get("password", ""), visit.address)
    except AccessError as error:
        return Shown(_sign_in(visit, error, visit.form.get("name", "")), 401 if error.code == "ACC006" else 429)
    return Shown(to=_next(visit.form.get("next", ""), visit), token=token)


@page("POST", "/sign-out")
def sign_out(visit: Visit) -> Shown:
    """End the session."""
    visit.accounts.sign_out(visit.caller, visit.token)
    return Shown(to=visit.link(SIGN_IN), token="")


@page("GET", FIND)
def find_page(visit: Visit) -> Shown:
    """Which customer?"""
    return Shown(_find(visit))


@page("POST", FIND)
def find(visit: Visit) -> Shown:
    """To the one customer whom an identifier means; it is sent by a form, so that it stands in no log of addresses."""
    kind, value = visit.form.get("kind", ""), visit.form.get("value", "").strip()
    try:
        found: dict[str, Any] = visit.desk.lookup(visit.caller, kind, value) if value else {"customer_ids": [], "candidates": 0}
    except UnequalError as error:
        if error.code == "ACC002":
            raise
        return Shown(_find(visit, f"{error.what}.", kind, value), _WITHIN)
    if found["candidates"] != 1:
        return Shown(_find(visit, agent_views.not_one(found["candidates"]), kind, value), _WITHIN)
    return Shown(to=visit.link(FIND, found["customer_ids"][0]))


@page("GET", "/agent/{customer_id}")
def serve(visit: Visit) -> Shown:
    """One customer, and what to do now."""
    if "prefetch" in visit.request.headers.get("sec-purpose", ""):
        # A browser that only guesses where the agent may go next must not take a customer's contact.
        raise ApiError("API004", "this page is not fetched ahead", do="open it")
    return _served(visit)


@page("POST", "/agent/{customer_id}")
def act(visit: Visit) -> Shown:
    """What a button of the page says: written, then the page anew."""
    done = _ACTS.get(visit.form.get("do", ""))
    try:
        if done is None:
            raise ApiError("API003", "the form does not fit", where="do", do="open the page anew")
        told = done(visit, visit.path["customer_id"])
    except (LiveError, TreatmentError, Problems) as error:
        return _served(visit, error)
    channel = visit.query.get("channel", "")
    return Shown(to=visit.link(FIND, visit.path["customer_id"], channel=channel, told=told))


def _outcome(visit: Visit, _customer_id: str) -> str:
    kind, why, note = (visit.form.get(name, "").strip() for name in ("outcome", "why", "note"))
    if kind not in _OUTCOMES:
        raise LiveError(
            "LIV120", "this name is none that the project declares", where="outcome", seen=kind[:80], do="press a button of the page"
        )
    if kind == "overridden" and not (why or note):
        raise LiveError(
            "LIV405", "it is not said why the suggestion is wrong", do="choose a reason, or write one: it is what the next one learns from"
        )
    reason = ": ".join(part for part in (why, note) if part) if kind == "overridden" else None
    visit.desk.record_outcome(visit.caller, _decision(visit), kind=kind, at=visit.server.now(), amount=None, reason=reason)
    return kind


def _goodwill(visit: Visit, _customer_id: str) -> str:
    given = visit.form
    visit.desk.give_goodwill(
        visit.caller, _decision(visit), goodwill_id=given.get("goodwill_id", "")[:64] or secrets.token_hex(16),
        amount=_amount(given.get("amount", "")), reason=given.get("reason", ""), note=given.get("note") or None,
    )  # fmt: skip
    return "goodwill"


def _wish(visit: Visit, customer_id: str) -> str:
    """A preference, as in channel/email/never; one click, obeyed by the next request on any channel."""
    name, _, rest = visit.form.get("wish", "").partition("/")
    channel, _, value = rest.partition("/")
    visit.desk.prefer(visit.caller, customer_id, name=name, value=value, channel=channel or None, at=visit.server.now())
    return "wish"


def _consent(visit: Visit, customer_id: str) -> str:
    purpose, _, status = visit.form.get("consent", "").partition("/")
    heard = f"said to an agent on {visit.query.get('channel') or 'the agents’ channel'}"
    visit.desk.consent(visit.caller, customer_id, evidence=heard, purpose=purpose, channel=None, status=status, at=visit.server.now())
    return "consent"


def _answer(visit: Visit, customer_id: str) -> str:
    question, answer, channel = (visit.form.get(name, "") for name in ("question", "answer", "channel"))
    visit.desk.answer(visit.caller, customer_id, question=question, answer=answer, channel=channel, at=visit.server.now())
    return "answer"


_ACTS: Final[Mapping[str, Callable[[Visit, str], str]]] = {
    "outcome": _outcome, "goodwill": _goodwill, "wish": _wish, "consent": _consent, "answer": _answer,
}  # fmt: skip


def _decision(visit: Visit) -> str:
    return visit.form.get("decision_id", "")[:100]


def _amount(written: str) -> Decimal:
    """What an agent writes, with or without the currency's sign; LIV404: no amount."""
    try:
        return Decimal(written.strip().lstrip("$€£").replace(",", ".") or "NaN")
    except InvalidOperation:
        raise LiveError(
            "LIV404", "that is no amount that could be given", seen=written[:40], do="write dollars and cents above zero"
        ) from None


def _served(visit: Visit, error: UnequalError | None = None) -> Shown:
    sheet = visit.desk.sheet(visit.caller, visit.path["customer_id"], visit.query.get("channel") or None)
    path = visit.link(FIND, visit.path["customer_id"], channel=visit.query.get("channel", ""))
    told = visit.query.get("told", "") if error is None else ""
    html = agent_views.agent_page(sheet, now=visit.server.now(), path=path, told=told, wrong=_words(error), written=visit.form,
                                  gift=secrets.token_hex(16), **_frame(visit))  # fmt: skip
    return Shown(html, 200 if error is None else _WITHIN)


def _find(visit: Visit, wrong: str = "", kind: str = "", value: str = "") -> str:
    return agent_views.find_page(kinds=_KINDS, kind=kind, value=value, wrong=wrong, path=visit.link(FIND), **_frame(visit))


def _sign_in(visit: Visit, error: UnequalError | None = None, name: str = "") -> str:
    after = visit.form.get("next") or visit.query.get("next", "")
    directory = visit.server.gate.directory
    # Directories let no other site show them within itself: embedded, people sign in with a password.
    by = None if directory is None or visit.is_embedded else directory.name
    return agent_views.sign_in_page(
        path=visit.link(SIGN_IN), after=after, name=name, wrong=_words(error), is_embedded=visit.is_embedded, directory=by
    )


def _frame(visit: Visit) -> dict[str, Any]:
    """What stands around every page."""
    return {
        "csrf": visit.csrf, "agent": visit.caller.name.removeprefix("person:"), "is_embedded": visit.is_embedded,
        "find_path": visit.link(FIND), "sign_out_path": visit.link("/sign-out"),
    }  # fmt: skip


def _words(error: UnequalError | None) -> str:
    """An error in one line; of several the first."""
    if error is None:
        return ""
    first = error.problems[0] if isinstance(error, Problems) else error
    parts = [first.what[:1].upper() + first.what[1:], first.seen, first.do]
    return "; ".join(part for part in parts if part) + "."


def _next(asked: str, visit: Visit) -> str:
    """Where to go after signing in; the first page stays embedded where the visitor came so."""
    found = local_path(asked)
    return visit.link(FIND) if found == FIND else found
