"""The truth about a cell, written apart from the inputs: who people are and what moves them. No pipeline reads it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unequal.demo import parameters as planted
from unequal.demo.applications.billing import service_ids
from unequal.demo.books import LINES, money
from unequal.demo.campaigns import CAMPAIGNS, OPPOSED
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Floats, Ints, Texts, filled, numbered, texts
from unequal.demo.contracts import PLANS
from unequal.demo.ink import Ink
from unequal.demo.purchases import END_CAUSES
from unequal.demo.timeline import DAYS, NEVER, SEASON, written
from unequal.demo.treatments import TREATMENTS, traits_of

ISO = "%Y-%m-%d"
LONG_AGO = -60_000


class Truth:
    """Reads the truth of a made world; for tests and benchmarks only.

    Args:
        folder: the folder that `build` was given.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "truth"

    def table(self, name: str) -> pa.Table:
        """A table of the truth by its name, such as `record` or `person`."""
        return pq.read_table(self._folder / f"{name}.parquet")

    def parameters(self) -> dict[str, object]:
        """Everything planted."""
        found: dict[str, object] = json.loads((self._folder / "parameters.json").read_text(encoding="utf-8"))
        return found


def write_truth(ink: Ink, cell: Cell) -> None:
    """All tables of the truth for one cell that no application has written yet."""
    _write_people(ink, cell)
    _write_organisations(ink, cell)
    _write_relationships(ink, cell)
    _write_processes(ink, cell)
    _write_services(ink, cell)
    _write_profits(ink, cell)
    _write_conflicts(ink, cell)
    ink.truth("trait", traits_of(cell))


def _dated(days: Ints) -> Texts:
    """Days as text, empty where they never come."""
    never = (days >= NEVER // 4) | (days < LONG_AGO)
    return np.where(never, "", written(np.where(never, 0, np.minimum(days, DAYS + 6_000)), ISO))


def _named(names: Texts, rows: Ints) -> Texts:
    return np.where(rows == NOBODY, "", names[np.maximum(rows, 0)])


def household_ids(cell: Cell) -> Texts:
    """The household of each person at the end: who moved out has one of his own."""
    homes, people = cell.people.households, cell.people
    together = numbered("H", people.first_number + homes.head, 7)
    alone = numbered("HA", people.first_number + np.arange(len(people)), 7)
    return np.where(homes.leaves_on < DAYS, alone, together)


def _write_people(ink: Ink, cell: Cell) -> None:
    people, homes, names = cell.people, cell.people.households, cell.entity_ids[: len(cell.people)]
    end = np.full(len(people), DAYS)
    every = np.arange(len(people))
    ink.truth("person", {
        "person_id": names, "household_id": household_ids(cell), "given": people.given, "middle": people.middle,
        "family": people.family_at(every, end), "family_at_opening": people.family_before, "suffix": people.suffix,
        "birth_date": written(np.maximum(homes.birth, -44_000), ISO), "gender": texts(["female", "male"])[homes.gender],
        "place": texts(["head", "partner", "child", "child"])[np.where(homes.flatmate, 0, homes.place)],
        "flatmate": homes.flatmate, "twin_id": _named(names, homes.twin_of), "namesake_id": _named(names, people.namesake),
        "marries_on": _dated(homes.marries_on), "moves_on": _dated(homes.moves_on), "leaves_on": _dated(homes.leaves_on),
        "email_changes_on": _dated(people.email_changes_on), "phone_changes_on": _dated(people.phone_changes_on),
        "shares_email": people.shares_email, "postcode": people.addresses.postcode[people.address_at(every, end)],
    })  # fmt: skip


def _write_organisations(ink: Ink, cell: Cell) -> None:
    firms, persons = cell.firms, len(cell.people)
    names = cell.entity_ids
    ink.truth("organisation", {
        "organisation_id": names[persons:], "name": firms.name, "tax_id": firms.tax_id, "parent_id": _named(names[persons:], firms.parent),
        "introducer_id": _named(names, firms.introducer), "salesperson": firms.salesperson, "terms": pa.array(firms.terms),
    })  # fmt: skip


def _write_relationships(ink: Ink, cell: Cell) -> None:
    """Roles between persons and organisations, with the day from which each holds."""
    names, persons, firms = cell.entity_ids, len(cell.people), cell.firms
    homes, services = cell.people.households, cell.services
    partner = np.flatnonzero((homes.place == 1) & homes.couple)
    employer = persons + firms.contact_of
    roles = texts(["purchaser", "payer", "user"])[firms.contact_role]
    opened = np.zeros(len(employer), np.int64)
    own = services.owner < persons
    payer, user = (
        np.flatnonzero(services.payer != services.owner),
        np.flatnonzero(own & (services.user != NOBODY) & (services.user != services.owner)),
    )
    parts = (
        (homes.head[partner], partner, filled("household_partner", len(partner)), np.zeros(len(partner), np.int64)),
        (firms.contact_person, employer, filled("employer", len(employer)), opened),
        (firms.contact_person, employer, roles, opened),
        (services.payer[payer], services.owner[payer], filled("payer", len(payer)), services.started_on[payer]),
        (services.user[user], services.owner[user], filled("user", len(user)), services.started_on[user]),
        _influencers(cell),
    )
    from_, to, kind, since = (np.concatenate([part[column] for part in parts]) for column in range(4))
    ink.truth("relationship", {"from_id": names[from_], "to_id": names[to], "kind": kind, "since": written(since, ISO)})


def _influencers(cell: Cell) -> tuple[Ints, Ints, Texts, Ints]:
    """In a couple the partner decides with: an influencer of every fourth."""
    homes = cell.people.households
    partner = np.flatnonzero((homes.place == 1) & homes.couple & (np.arange(len(cell.people)) % 4 == 1))
    return partner, homes.head[partner], filled("influencer", len(partner)), np.zeros(len(partner), np.int64)


def _write_processes(ink: Ink, cell: Cell) -> None:
    """What moves each customer, and what came in the two years after the extracts."""
    customers, bought = cell.customers, cell.bought
    future, rows = bought.future, len(customers)
    horizon = {12: DAYS + 365, 24: DAYS + 730}
    counts = {months: np.bincount(future.customer[future.day < end], minlength=rows) for months, end in horizon.items()}
    values = {
        months: np.bincount(future.customer[future.day < end], future.value[future.day < end], minlength=rows)
        for months, end in horizon.items()
    }
    past = np.bincount(bought.orders.customer[bought.orders.customer != NOBODY], minlength=rows)
    columns: dict[str, object] = {
        "customer_id": cell.entity_ids, "shops": customers.shops, "joined_on": _dated(customers.joined_on), "ended_on": _dated(bought.ended_on),
        "end_cause": texts(list(END_CAUSES))[bought.end_cause], "came_by": texts(list(planted.CAME_BY))[customers.came_by],
        "kind": texts(list(planted.KINDS))[customers.kind], "rate_weekly": _floats(customers.rate), "dropout_weekly": _floats(customers.dropout),
        "spend_mean": _floats(customers.spend), "margin_added": _floats(customers.margin), "persuadable": _floats(customers.persuadable),
        "alive": customers.shops & (bought.ended_on >= DAYS), "orders": past, "orders_next_12m": counts[12], "orders_next_24m": counts[24],
        "list_value_next_12m": _floats(values[12]), "list_value_next_24m": _floats(values[24]),
    }  # fmt: skip
    columns |= {f"felt_{name}": _floats(customers.attributes[:, place]) for place, name in enumerate(planted.ATTRIBUTES)}
    ink.truth("customer_process", columns)


def _floats(values: Floats | Ints) -> Arrow:
    return pa.array(values, pa.float64())


def _write_services(ink: Ink, cell: Cell) -> None:
    services, names = cell.services, cell.entity_ids
    ink.truth("service", {
        "service_no": service_ids(cell), "owner_id": names[services.owner], "payer_id": names[services.payer],
        "user_id": _named(names, services.user), "plan": PLANS[services.plan], "started_on": written(services.started_on, ISO),
        "months": services.months, "ended_on": _dated(services.ended_on), "ended": services.ended_on < DAYS, "theta": _floats(services.theta),
        "effect": _floats(services.effect), "reason": texts(list(planted.END_REASONS))[services.reason], "reason_recorded": services.reason_recorded,
    })  # fmt: skip


def _write_profits(ink: Ink, cell: Cell) -> None:
    """Each customer's dollars by line: what the ledger must come to."""
    sums = ink.books.of_customer
    touched = np.flatnonzero((sums != 0).any(axis=1))
    columns: dict[str, object] = {"customer_id": cell.entity_ids[touched]}
    columns |= {line: money(sums[touched, place]) for place, line in enumerate(LINES)}
    ink.truth("profit", columns)


def _write_conflicts(ink: Ink, cell: Cell) -> None:
    """Customers whom two opposed campaigns reached."""
    reached, codes = cell.bought.reached, [campaign.code for campaign in CAMPAIGNS]
    for one, other in OPPOSED:
        first, second = (set(reached.customer[(reached.campaign == codes.index(code)) & reached.treated].tolist()) for code in (one, other))
        caught = np.array(sorted(first & second), dtype=np.int64)
        ink.truth(
            "conflict",
            {"campaign": filled(one, len(caught)), "against": filled(other, len(caught)), "customer_id": cell.entity_ids[caught]},
        )


def write_parameters(folder: Path, ink: Ink) -> None:
    """parameters.json: everything planted that is the same for all."""
    plain = {
        "world": asdict(ink.world), "persons": asdict(planted.PERSONS), "organisations": asdict(planted.FIRMS), "season": SEASON,
        "dropout_effects": planted.DROPOUT_EFFECTS, "satisfaction_effects": planted.SATISFACTION_EFFECTS, "renewal_effects": planted.RENEWAL_EFFECTS,
        "services": {name: asdict(value) for name, value in planted.SERVICES.items()}, "kinds": {name: asdict(value) for name, value in planted.KIND_OF.items()},
        "failing": asdict(planted.FAILING), "activities_minutes": planted.ACTIVITIES, "activities_cents_a_minute": planted.ACTIVITY_RATES,
        "came_by": dict(zip(planted.CAME_BY, planted.CAME_BY_SHARES, strict=True)), "referred_anyway_share": planted.REFERRED_ANYWAY_SHARE,
        "end_reason_default_share": planted.END_REASON_DEFAULT_SHARE, "erosion": {"days": planted.SILENT_DAYS_BEFORE_END, "share": planted.EROSION_SHARE, "factor": planted.EROSION_FACTOR},
        "campaigns": [asdict(campaign) for campaign in CAMPAIGNS], "opposed": OPPOSED,
        "treatments": {name: asdict(treatment) for name, treatment in TREATMENTS.items()},
    }  # fmt: skip
    path = folder / "truth" / "parameters.json"
    path.write_text(json.dumps(plain, indent=1, default=str) + "\n", encoding="utf-8")
