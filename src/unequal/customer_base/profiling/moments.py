"""What happened to each customer, and when: what windows over events count."""

from __future__ import annotations

import re
from typing import Final

import ibis

from unequal import config
from unequal.customer_base.profiling.tables import MOMENT
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line

_SPOKEN: Final = ("call", "chat", "email", "sms", "letter", "fax", "video")
"""Channels that are events of their own: ways in which somebody speaks with the company. The web, say, is where a visit is anyway."""

ORDER, RETURN = "order", "return"
_CALLED: Final = {"phone": "call", "telephone": "call", "e_mail": "email", "mail": "email"}
"""What channels are called where the same thing has several words."""


def orders(entries: ibis.Table) -> ibis.Table:
    """Every order of a customer: a document with list revenue; rows without a document are one order a day and source.

    Args:
        entries: ENTRY.

    Returns:
        customer_id, document (absent where none is mapped), source, ordered_at (UTC; the beginning of the day where no time is known), ordered_on
        (in the company's zone), amount (at list prices).
    """
    return _documents(entries, Line.LIST_REVENUE)


def _documents(entries: ibis.Table, line: Line) -> ibis.Table:
    posted = entries.filter(entries["line"] == str(line), is_real_customer(entries["customer_id"]))
    day = ibis.ifelse(posted["document"].isnull(), posted["booked_on"], ibis.null("date"))
    return (
        posted.group_by("customer_id", "document", "source", _day=day)
        .aggregate(
            ordered_at=posted["occurred_at"].coalesce(posted["booked_on"].cast("timestamp(6)")).min(),
            ordered_on=posted["booked_on"].min(),
            amount=posted["amount"].cast("decimal(28, 4)").sum().cast("decimal(28, 4)"),
        )
        .drop("_day")
    )


def moments(entries: ibis.Table, interactions: ibis.Table | None) -> ibis.Table:
    """What happened to customers.

    Args:
        entries: ENTRY.
        interactions: INTERACTION; None in a run of before contacts were read.

    Returns:
        MOMENT, in no order.
    """
    posted = [
        _documents(entries, line).select("customer_id", event=ibis.literal(event), happened_at="ordered_at")
        for line, event in ((Line.LIST_REVENUE, ORDER), (Line.RETURNS, RETURN))
    ]
    parts = [*posted, *(() if interactions is None else _contacts(interactions))]
    whole = ibis.union(*parts, distinct=False)
    return whole.select(**{name: whole[name].cast(kind) for name, kind in MOMENT.types.items()})


def _contacts(interactions: ibis.Table) -> tuple[ibis.Table, ibis.Table]:
    """Contacts by their kind, and by their channel where that says something else."""
    at = interactions["occurred_at"].coalesce(interactions["occurred_on"].cast("timestamp(6)"))
    known = interactions.select(
        "customer_id", happened_at=at, _kind=event_of(interactions["contact"]), _channel=event_of(interactions["channel"])
    )
    known = known.filter(is_real_customer(known["customer_id"]), known["happened_at"].notnull())
    by_kind = known.filter(known["_kind"].notnull()).select("customer_id", "happened_at", event="_kind")
    is_other = known["_channel"].isin(_SPOKEN) & (known["_kind"].isnull() | (known["_kind"] != known["_channel"]))
    by_channel = known.filter(is_other).select("customer_id", "happened_at", event="_channel")
    return tuple(part.select("customer_id", "event", "happened_at") for part in (by_kind, by_channel))


def event_of(words: ibis.Value) -> ibis.Value:
    """The name of an event, from what a company calls a contact: `Phone` is call, `Service Visit` is service_visit."""
    plain = words.strip().lower().re_replace("[^a-z0-9]+", "_").re_replace("^_+|_+$", "").nullif("")
    return plain.cases(*_CALLED.items(), *((word, f"contact_{word}") for word in (ORDER, RETURN)), else_=plain)


def may_be_named(project: config.Project) -> frozenset[str]:
    """Events that rules may name before any has happened: those of any ledger, of the section `live`, and of contacts that are one kind by declaration."""
    live = {name for source in project.live.sources.values() for name in (*source.events, *filter(None, (source.pages,)))}
    contacts = [source.interactions for source in project.sources.values() if source.interactions is not None]
    named = {_name_of(one.contact.value) for one in contacts if isinstance(one.contact, config.sources.Constant)}
    for one in contacts:
        if isinstance(one.channel, config.sources.Constant):
            named |= {_name_of(one.channel.value)} & set(_SPOKEN)
        elif one.channel is not None:
            named |= set(_SPOKEN)
    return frozenset({ORDER, RETURN, *live, *named} - {""})


def are_all_declared(project: config.Project) -> bool:
    """Whether the config alone tells every event there may be; a column that says the kind of a contact may hold any."""
    contacts = [source.interactions for source in project.sources.values() if source.interactions is not None]
    return all(isinstance(one.contact, config.sources.Constant) for one in contacts)


def _name_of(word: str) -> str:
    """As `event_of`, of one word."""
    plain = re.sub("[^a-z0-9]+", "_", word.strip().lower()).strip("_")
    return f"contact_{plain}" if plain in (ORDER, RETURN) else _CALLED.get(plain, plain)
