"""All that is known of one customer at the moment of contact: who, worth and why, household, consents, contacts, cases, orders and contracts.

What the published run tells comes from files mapped into memory, what the state holds is handed in. Every part stands under the field whose class
decides who may see it (the room access): this module tells everything, and nothing that it returns may leave without having been masked there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from unequal import config
from unequal.flow.by_customer import AUTHORISING, Row, written
from unequal.flow.holding import Held
from unequal.flow.profiles import Profiles, nobody
from unequal.terms.amounts import estimate
from unequal.terms.lines import LABEL_OF_LINE, WORD_OF_LEVEL, Line

Rows = Sequence[Mapping[str, Any]]

GROUP_OF: Final[Mapping[str, str]] = {
    "customer_id": "identity", "asked_id": "identity", "kind": "identity", "version": "identity", "as_of": "identity", "records": "identity",
    "attributes": "identity", "contact_points": "contact", "worth": "worth", "band": "band", "household": "household", "preferences": "consent",
    "consents": "consent", "contacts": "history", "events": "history", "orders": "history", "spend": "history", "cases": "cases", "contracts": "contract",
    "authorisations": "authorisations",
}  # fmt: skip
"""Field of a customer's profile -> the group that it belongs to."""

CONTACT_POINTS: Final = ("email", "phone", "address", "street", "unit", "postcode", "city", "region")
"""Attributes by which somebody is reached; the others describe who somebody is."""

_WORTH: Final = (
    "contribution", "contribution_12m", "p_alive", "value_expected", "value_low", "value_high", "growth_expected", "growth_low", "growth_high",
    "top_fifth_probability", "is_growable", "is_overdue", "through_others_expected", "influence_expected", "first_order_probability_expected",
    "worth_if_won_expected",
)  # fmt: skip
_OF_BUSINESS: Final = ("relationship", "kind", "model", "as_of", "p_alive", "value_expected", "value_low", "value_high", "is_overdue")
_HABITS: Final = ("needs_group", "main_channel", "main_product", "main_season", "began_on", "is_lost", "is_won_back", "lost_reason")

_PLACE: Final = {str(line): place for place, line in enumerate(Line)}


@dataclass(frozen=True)
class OfState:
    """What the state holds of a customer, as rows that are passed on as they are.

    Args:
        version: the customer's, as the state counts it.
        consents, preferences: in force.
        contacts: with `at` (naive UTC) and `channel`; later than the run's, or of channels that it knows nothing of.
        cases: open ones.
        events: what sources told as it happened and the run does not tell: `counts` by event, and the `latest` with event, source and `at`.
    """

    version: int = 0
    consents: Rows = ()
    preferences: Rows = ()
    contacts: Rows = ()
    cases: Rows = ()
    events: Mapping[str, Any] = field(default_factory=lambda: {"counts": {}, "latest": []})


NOTHING: Final = OfState()


def customer_profile(profiles: Profiles, asked_id: str, told: OfState = NOTHING, *, contacts_at_most: int = 20) -> dict[str, Any]:
    """One customer's whole profile.

    Args:
        profiles: of the published run.
        asked_id: an id of ours, today's or one that leads to today's.
        told: what the state holds of the customer.
        contacts_at_most: how many of the last contacts and orders, at most 100.

    Returns:
        A field for each key of GROUP_OF. Amounts are Decimal, days are dates, instants naive datetimes in UTC. What is not known is None, or an
        empty list.

    Raises:
        LiveError: LIV202, nobody is known by that id.
    """
    held = profiles.held
    row = held.row(asked_id)
    if row is None:
        raise nobody(asked_id)
    known = dict(zip(profiles.columns, row, strict=True))
    rows = held.told_of(str(known["customer_id"]))
    points, described = _parted(rows.get("golden", ()))
    return {
        "customer_id": known["customer_id"],
        "asked_id": asked_id,
        "kind": known["kind"],
        "version": told.version,
        "as_of": held.opened.base.published_at,
        "records": [f"{one['source']}:{written(one['record_id'])}" for one in rows["records"]],
        "attributes": described,
        "contact_points": points,
        "worth": _worth(held, known, rows),
        "band": _band(known, rows),
        "household": _household(held, known, rows),
        "preferences": list(told.preferences),
        "consents": list(told.consents),
        "contacts": _contacts(rows.get("contacts", ()), told.contacts)[:contacts_at_most],
        "events": told.events,
        # The run's: what was ordered since stands among the events.
        "orders": {
            "orders": known["orders"],
            **{name: known[name] for name in ("first_order_on", "last_order_on", *_HABITS)},
            "latest": rows.get("orders", [])[:contacts_at_most],
        },
        "spend": {"currency": held.opened.base.project.reporting_currency, "sales": known["sales"], "sales_12m": known["sales_12m"]},
        "cases": [*told.cases, *({"case": "promise", **one} for one in rows.get("promises", ()))],
        "contracts": _contracts(held.opened.base.project, known, rows),
        "authorisations": [_tie(held, one) for one in rows.get("ties", ()) if one["kind"] in AUTHORISING],
    }


def _parted(golden: Iterable[Row]) -> tuple[dict[str, Row], dict[str, Row]]:
    """How a customer is reached, and who it is: attribute -> the value with the record that says so and the rule that chose it."""
    points: dict[str, Row] = {}
    described: dict[str, Row] = {}
    for one in golden:
        value = {**{name: cell for name, cell in one.items() if name != "attribute"}, "record_id": written(one["record_id"])}
        (points if one["attribute"] in CONTACT_POINTS else described)[str(one["attribute"])] = value
    return points, described


def _worth(held: Held, known: Mapping[str, Any], rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    """Facts and forecasts in dollars, and why: the lines that make the facts, and what sets the customer apart from the mean."""
    base = held.opened.base
    drivers = [
        {"driver": name.replace("_", " "), "amount": amount}
        for one in rows.get("drivers", ())
        for name, amount in one.items()
        if name != "difference" and amount
    ]
    return {
        "currency": base.project.reporting_currency,
        "level": WORD_OF_LEVEL[base.level],
        **_estimates({name: known[name] for name in _WORTH}),
        "is_of_before_verdict": held.is_anew(str(known["customer_id"])),
        "lines": [
            {"line": LABEL_OF_LINE[Line(str(one["line"]))], "amount": one["amount"]}
            for one in sorted(rows.get("lines", ()), key=lambda one: _PLACE[str(one["line"])])
        ],
        "why": sorted(drivers, key=lambda one: (-abs(one["amount"]), one["driver"])),
        "why_expected": [_estimates(one) for one in rows.get("value_drivers", ())],
        "in_lines_of_business": [_estimates({name: one[name] for name in _OF_BUSINESS}) for one in rows.get("lifetimes", ())],
    }


def _estimates(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose forecasts are told as finely as they mean anything; facts are no floats, and stay as they are."""
    return {name: estimate(cell) if isinstance(cell, float) else cell for name, cell in row.items()}


def _band(known: Mapping[str, Any], rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    steady = next(iter(rows.get("steady", ())), {})
    hangs_on = ("costs_stable", "links_stable", "window_stable", "same_share", "flipped_by", "flipped_by_link")
    return {
        "band": known["band"], "band_is_stable": known["band_is_stable"], "customer_rank": known["customer_rank"],
        **{name: steady.get(name) for name in hangs_on},
    }  # fmt: skip


def _household(held: Held, known: Mapping[str, Any], rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    """Who lives with the customer, and how else it stands to others; under the ids of today."""
    told = ("household_id", "household_members", "household_contribution", "household_value_expected", "household_others_expected")
    others = {held.today(one["member"]) or one["member"] for one in rows.get("home", ())} - {known["customer_id"]}
    return {
        **{name: known[name] for name in told},
        "members": sorted(others),
        "relationships": [_tie(held, one) for one in rows.get("ties", ()) if one["kind"] not in AUTHORISING],
    }


def _tie(held: Held, one: Row) -> dict[str, Any]:
    """One relationship in words: the customer `is` the purchaser of the other, or `has` the other for one."""
    return {**one, "other": held.today(one["other"]) or one["other"]}


def _contacts(published: Sequence[Row], live: Rows) -> list[Mapping[str, Any]]:
    """The last contacts on all channels, latest first: of the run, and those that the state has taken since."""
    every = [*({"at": _at(one), **one} for one in published), *live]
    return sorted(every, key=lambda one: one["at"], reverse=True)


def _at(contact: Row) -> datetime:
    at, day = contact["occurred_at"], contact["occurred_on"]
    if at is not None:
        return at  # type: ignore[no-any-return]
    return datetime.min if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001, DTZ901 - naive UTC


def _contracts(project: config.Project, known: Mapping[str, Any], rows: Mapping[str, list[Row]]) -> dict[str, Any]:
    """Contracts with their plans; and of an organisation its terms: attributes of the project's own, which say how it is dealt with."""
    plans = {one["contract_id"]: one for one in rows.get("plans", ())}
    told = ("plan", "paid", "cheaper_plan", "year_difference")
    contracts = [
        {**one, "contract_id": written(one["contract_id"]), **{name: plans.get(one["contract_id"], {}).get(name) for name in told}}
        for one in rows.get("contracts", ())
    ]
    own = [name for name, one in project.attributes.items() if not one.protected and known["kind"] == "organisation"]
    return {"contracts": contracts, "terms": {name: known[name] for name in own if known.get(name) is not None}}
