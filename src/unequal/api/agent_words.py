"""Words for what an agent's page tells: who it is, why this is suggested, what happened, and what the customer wishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

Document = Mapping[str, Any]

KIND: Final = {"phone": "Phone number", "email": "E-mail address", "customer_id": "Customer id"}
LEAST: Final = {
    "at_once": "the most in one contact", "agent_a_day": "what is left of your day", "customer_a_year": "what is left for this customer this year",
}  # fmt: skip
WHY_WRONG: Final = ("Has it already", "What we know is wrong", "It would do harm now", "Not what the customer called about")
_ENDED: Final = {"accepted": "Accepted", "declined": "Declined", "not_now": "Not now", "overridden": "Wrong"}
_CHANNEL: Final = {"web": "web", "email": "e-mail", "phone": "phone", "chat": "chat", "sms": "text message", "app": "app", "store": "store"}
_BY: Final = {"web": "on the web", "email": "by e-mail", "phone": "by phone", "chat": "by chat", "sms": "by text message", "app": "in the app",
              "store": "in the store", "social": "on social media"}  # fmt: skip
_PROOFS: Final = {"birth_date": "Born", "phone": "Phone", "email": "E-mail", "street": "Street", "postcode": "Postcode", "city": "City"}
_HAPPENED: Final = {"visit": "Visit", "ticket": "Asked for help", "mention": "Spoke about us"}
_CONTACTS, _ORDERS, _EVENTS, _OF_EACH = 6, 3, 8, 3


class Line(NamedTuple):
    """One thing that happened: when in words and as a machine reads it, what, and where."""

    when: str
    at: str
    what: str
    where: str


class Wish(NamedTuple):
    """A channel, whether the customer wants none of it, and what a click says."""

    name: str
    is_never: bool
    says: str


def who(customer: Document) -> dict[str, str]:
    """The customer in one line: name, kind, place, since when."""
    told = _values(customer)
    name = (
        told.get("full_name") or " ".join(filter(None, (told.get("given_name"), told.get("family_name")))) or told.get("organisation_name")
    )
    kind = {"person": "Person", "organisation": "Business", "visitor": "Visitor whom we do not know yet"}.get(customer.get("kind", ""), "")
    orders = customer.get("orders") or {}
    began = _day(orders.get("began_on") or orders.get("first_order_on"))
    about = [kind, ", ".join(filter(None, (told.get("city"), told.get("country")))), f"with us since {began:%B %Y}" if began else ""]
    about.append(_ordered(orders.get("orders") or 0, _heard(customer).get("counts", {}).get("order", 0)))
    return {"name": name or "Customer without a name", "about": " · ".join(filter(None, about)), "id": str(customer.get("customer_id", ""))}


def _ordered(known: int, new: int) -> str:
    """How many orders, and how many that came since these were counted.

    >>> _ordered(4, 0), _ordered(1, 2), _ordered(0, 1), _ordered(0, 0)
    ('4 orders', '1 order and 2 new', '1 new order', '')
    """
    if not known:
        return f"{new} new {'order' if new == 1 else 'orders'}" if new else ""
    return f"{known} {'order' if known == 1 else 'orders'}{f' and {new} new' if new else ''}"


def proofs(customer: Document) -> list[tuple[str, str]]:
    """By what the agent checks that it is the customer."""
    told = _values(customer)
    return [(word, told[name]) for name, word in _PROOFS.items() if told.get(name)]


def fact(one: Document) -> str:
    """Why this is suggested: what the customer did, in words that may be read out.

    >>> fact({"fact": "orders", "value": 3}), fact({"fact": "count", "event": "order", "span": "180 days", "value": 0})
    ('3 orders so far', 'No order within the last 180 days')
    """
    name, value = one["fact"], one["value"]
    if name in {"count", "within"}:
        return _of_window(one)
    told = {
        "orders": f"{value} {'order' if value == 1 else 'orders'} so far", "orders_12m": f"{value} orders in the last twelve months",
        "days_since_order": f"Last order {value} days ago", "main_channel": f"Mostly with us {by_channel(str(value))}",
        "kind": f"Is {'a business' if value == 'organisation' else 'a person'}", "country": f"Lives in {value}",
    }  # fmt: skip
    days = {"first_order_on": "First order", "last_order_on": "Last order", "began_on": "With us since"}
    return told[name] if name in told else f"{days[name]} {_long(_day(value))}"


def _of_window(one: Document) -> str:
    event, span, value = str(one["event"]).replace("_", " "), one["span"], one["value"]
    if one["fact"] == "within":
        return f"{'Last' if value else 'No'} {event} within the last {span}"
    many = event if value == 1 else f"{event}s"
    return f"{value} {many} within the last {span}" if value else f"No {event} within the last {span}"


def by_channel(channel: str) -> str:
    """How one is met on a channel."""
    return _BY.get(channel, f"by {channel.replace('_', ' ')}")


def ended(outcomes: Iterable[Document], clock: Clock) -> dict[str, str] | None:
    """What came of the suggestion, where anything has."""
    found = next((one for one in outcomes if one["kind"] in _ENDED), None)
    return (
        None
        if found is None
        else {"word": _ENDED[found["kind"]], "kind": found["kind"], "when": clock.when(found["at"]), "reason": found["reason"] or ""}
    )


class Clock(NamedTuple):
    """The present moment, naive UTC, and the company's zone, in which times are told."""

    now: datetime
    zone: ZoneInfo

    def when(self, at: datetime) -> str:
        """A moment as an agent says it.

        >>> [Clock(datetime(2026, 3, 2, 12), ZoneInfo("Europe/Paris")).when(datetime(2026, 3, day, 9, 30)) for day in (2, 1)]
        ['today 10:30', 'yesterday']
        """
        told = self._here(at)
        days = (self._here(self.now).date() - told.date()).days
        return f"today {told:%H:%M}" if days <= 0 else _days_ago(days, told.date())

    def on(self, day: date) -> str:
        """A day as an agent says it."""
        days = (self._here(self.now).date() - day).days
        return "today" if days == 0 else _days_ago(days, day)

    def _here(self, at: datetime) -> datetime:
        return at.replace(tzinfo=UTC).astimezone(self.zone)


def _days_ago(days: int, day: date) -> str:
    """Two weeks are counted in days, more are not.

    >>> _days_ago(13, date(2026, 3, 2)), _days_ago(14, date(2026, 3, 1))
    ('13 days ago', '1 Mar 2026')
    """
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if 1 < days < 14 else f"{day.day} {day:%b %Y}"  # noqa: PLR2004 - see above


def happened(customer: Document, decision: Document, clock: Clock) -> list[Line]:
    """The last contacts on all channels, what else sources told as it happened, and the last orders; latest first."""
    this = str(decision.get("at", "")).removesuffix("Z")
    # The contact that goes on now is no history.
    contacts = [one for one in customer.get("contacts") or [] if one["at"].isoformat() != this and one.get("status") != "released"][
        :_CONTACTS
    ]
    lines = [_line(one["at"], _contact(one), one["channel"] or "", clock) for one in contacts]
    lines += [_line(one["at"], _named(one["event"]), one["source"], clock) for one in _latest(_heard(customer).get("latest", []))]
    for one in ((customer.get("orders") or {}).get("latest") or [])[:_ORDERS]:
        day = _day(one["ordered_on"])
        if day is not None:
            line = Line(clock.on(day), day.isoformat(), f"Order {one['document']}", "")
            lines.append((datetime(day.year, day.month, day.day), line))  # noqa: DTZ001 - naive, as all of them
    return [line for _, line in sorted(lines, key=lambda pair: pair[0], reverse=True)]


def _line(at: datetime, what: str, where: str, clock: Clock) -> tuple[datetime, Line]:
    return at, Line(clock.when(at), at.isoformat(), what, _CHANNEL.get(where, where))


def _contact(one: Document) -> str:
    if "contact" not in one:
        return {"service": "We wrote or spoke about service", "marketing": "We made an offer"}.get(one["purpose"], "A contact of ours")
    what, outcome = _named(str(one["contact"])), one.get("outcome")
    minutes = round((one.get("duration_seconds") or 0) / 60)
    return ", ".join(
        filter(
            None,
            (what, f"{minutes} min" if minutes else "", str(outcome).lower().replace("_", " ") if outcome not in {None, "none"} else ""),
        )
    )


def _latest(events: Iterable[Document]) -> list[Document]:
    """Events that a page has room for, of each name the latest alone; they come latest first."""
    seen: Counter[str] = Counter()
    found = []
    for one in events:
        seen[one["event"]] += 1
        if seen[one["event"]] <= _OF_EACH:
            found.append(one)
    return found[:_EVENTS]


def _heard(customer: Document) -> Document:
    """What sources told as it happened, and the run does not tell."""
    return customer.get("events") or {}


def _named(what: str) -> str:
    """What happened, as an agent reads it.

    >>> _named("ticket"), _named("call"), _named("wedding_called_off")
    ('Asked for help', 'Call', 'Wedding called off')
    """
    return _HAPPENED.get(what) or what.replace("_", " ").capitalize()


def cases(customer: Document, clock: Clock) -> list[str]:
    """What is open between the customer and us, and since when."""
    told = []
    for one in customer.get("cases") or []:
        if one.get("case") == "promise":
            day = _day(one["promised_on"])
            late = day is not None and day < clock.now.date()
            told.append(f"Delivery {one['promise_id']} promised for {_long(day)}{', and late' if late else ''}")
        else:
            told.append(f"{_named(str(one['case']))}, opened {clock.when(one['since'])}")
    return told


def wishes(customer: Document, channels: Sequence[str]) -> list[Wish]:
    """Of every channel, whether the customer wants none of it, and the wish that a click tells."""
    never = {one["channel"] for one in customer.get("preferences") or [] if (one["name"], one["value"]) == ("channel", "never")}
    return [Wish(by_channel(one), one in never, f"channel/{one}/{'any' if one in never else 'never'}") for one in channels]


def offers(customer: Document) -> str:
    """What the customer last said to offers on all channels: granted, withdrawn or objected; empty: nothing."""
    return next(
        (str(one["status"]) for one in customer.get("consents") or [] if (one["purpose"], one["channel"]) == ("marketing", None)), ""
    )


def asks_nothing(customer: Document) -> bool:
    """Whether the customer wants no questions."""
    return any((one["name"], one["value"]) == ("questions", "never") for one in customer.get("preferences") or [])


def _values(customer: Document) -> dict[str, str]:
    """Of every attribute its value alone."""
    every = {**(customer.get("attributes") or {}), **(customer.get("contact_points") or {})}
    return {name: str(one["value"]) for name, one in every.items() if isinstance(one, Mapping) and one.get("value")}


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def _long(day: date | None) -> str:
    return "an unknown day" if day is None else f"{day.day} {day:%B %Y}"
