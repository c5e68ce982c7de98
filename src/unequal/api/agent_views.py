"""What an agent's page shows, from the document that was masked for him: plain words, ready for the template. Nothing is fetched here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, Template

from unequal import pages
from unequal.api import agent_words
from unequal.terms.amounts import exact_text

TOLD: Final[Mapping[str, str]] = {
    "offered": "Recorded: offered.", "accepted": "Recorded: accepted.", "declined": "Recorded: declined.", "not_now": "Recorded: not now.",
    "overridden": "Recorded: wrong, with your reason.", "goodwill": "Given and recorded.", "wish": "Recorded. Every channel obeys it from now on.",
    "consent": "Recorded. Every channel obeys it from now on.", "answer": "Recorded. It is not asked again.",
}  # fmt: skip
"""What is said after a button was pressed, by the word in the address."""


def agent_page(
    sheet: Mapping[str, Any], *, now: datetime, path: str, told: str, wrong: str, written: Mapping[str, str], gift: str, **frame: Any
) -> str:  # fmt: skip
    """The page on which one customer is served.

    Args:
        sheet: as `Desk.sheet` shows it to the agent.
        now: naive UTC.
        path: to which its forms go.
        told: what was done before, a key of TOLD.
        wrong: why what was sent could not be done; written: what was sent then.
        gift: the id of the next gift, so that a form sent twice gives once.
        frame: what stands around every page.
    """
    customer, decision = sheet["customer"], sheet["decision"]
    clock = agent_words.Clock(now, ZoneInfo(sheet["time_zone"]))
    outcomes = decision.get("outcomes", [])
    return _template("agent.html").render(
        who=agent_words.who(customer), proofs=agent_words.proofs(customer), decision=decision, treatment=decision.get("treatment"),
        facts=[agent_words.fact(one) for one in decision.get("facts", [])], ended=agent_words.ended(outcomes, clock),
        is_offered=any(one["kind"] == "offered" for one in outcomes), question=decision.get("question"), channel=sheet["channel"],
        by_channel=agent_words.by_channel(sheet["channel"]), goodwill=_goodwill(sheet, clock), happened=agent_words.happened(customer, decision, clock),
        cases=agent_words.cases(customer, clock), wishes=agent_words.wishes(customer, sheet["channels"]),
        offers=agent_words.offers(customer), asks_nothing=agent_words.asks_nothing(customer), why_wrong=agent_words.WHY_WRONG,
        told=TOLD.get(told, ""), wrong=wrong, written=written if wrong else {}, gift=gift, path=path, **frame,
    )  # fmt: skip


def find_page(*, kinds: Sequence[str], kind: str, value: str, wrong: str, path: str, **frame: Any) -> str:
    """The page that asks which customer."""
    named = {one: agent_words.KIND[one] for one in kinds}
    return _template("find.html").render(kinds=named, kind=kind, value=value, wrong=wrong, path=path, **frame)


def sign_in_page(*, path: str, after: str, name: str, wrong: str, is_embedded: bool, directory: str | None = None) -> str:
    """The page that asks who you are; `directory`: of the company, by which one may sign in instead."""
    return _template("sign_in.html").render(path=path, after=after, name=name, wrong=wrong, is_embedded=is_embedded, directory=directory)


def signed_in_page(leads_to: str) -> str:
    """The page on which a sign-in by the directory ends: it leads on by itself."""
    return _template("signed_in.html").render(leads_to=leads_to, is_embedded=False)


def error_page(*, what: str, seen: str, do: str, code: str) -> str:
    """A page that says what happened and what to do."""
    return _template("error.html").render(
        what=what[:1].upper() + what[1:], seen=seen, do=do[:1].upper() + do[1:], code=code, is_embedded=False
    )


def not_one(candidates: int) -> str:
    """Why an identifier led to nobody in particular."""
    if candidates:
        return f"{candidates} customers share this. Ask for something that is this customer's alone, as an order or customer number."
    return "Nobody is known by this. Look at its spelling, or try another."


@cache
def assets() -> Mapping[str, tuple[str, str]]:
    """The stylesheet and the script: name -> (kind, text)."""
    style, script = pages.stylesheet() + pages.squeezed(_static("agent.css")), _static("agent.js")
    return {_named("agent", "css", style): ("text/css", style), _named("agent", "js", script): ("text/javascript", script)}


def _named(stem: str, ending: str, text: str) -> str:
    return f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.{ending}"


@cache
def _environment() -> Environment:
    made = pages.environment("unequal.api")
    style, script = (f"/static/{name}" for name in assets())
    made.globals.update(style=style, script=script)
    return made


def _template(name: str) -> Template:
    return _environment().get_template(name)


def _static(name: str) -> str:
    return resources.files("unequal.api").joinpath("static", name).read_text(encoding="utf-8")


def _goodwill(sheet: Mapping[str, Any], clock: agent_words.Clock) -> dict[str, Any] | None:
    told = sheet["goodwill"]
    if told is None:
        return None
    currency = sheet["currency"]
    given = [f"{exact_text(one['amount'], currency, places=2)} · {one['reason']} · {clock.when(one['at'])}" for one in told["given"]]
    return {
        "left": exact_text(told["left"], currency, places=2), "most": f"{told['left']:f}", "is_left": told["left"] > 0,
        "because": agent_words.LEAST[told["least"]], "reasons": told["reasons"], "given": given, "currency": currency,
    }  # fmt: skip
