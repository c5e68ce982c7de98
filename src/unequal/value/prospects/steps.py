"""The step of prospects: who is known and never bought, and what those who stood alike came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal.storage import Engine
from unequal.value import prospecting, tables
from unequal.value.arrays import Flags, Floats
from unequal.value.known import money
from unequal.value.prospects.people import People, expected_range, fifths, learned_on, worth_if_won
from unequal.value.prospects.sums import contacts_before, first_known, own_attributes

_YEAR_WEEKS: Final = 52
_YEARS_FOR_A_YEAR: Final = 3
_VALUES_TOLD: Final = 10
_NINE_IN_TEN: Final = 1.645
_NO_DAY: Final = "no source says since when it is known: map since, or observed_at, of "
_TOO_FEW: Final = "too few who stood like that before have come to buy: nothing can be learned yet"


@dataclass(frozen=True)
class Desk:
    """What prospects are scored from.

    Args:
        engine: where it runs.
        customers: CUSTOMER.
        customer_record, records, attributes: CUSTOMER_RECORD, RECORD and PERSON_ATTRIBUTE.
        contacts: INTERACTION.
        beginnings: see segments.beginnings.
        worth: a row a customer: brought, value_expected.
        own: the attributes that the project declares.
        first, as_of: first day with a sale, and day of the forecast.
        hold_out_weeks: how far ahead to look where there are not three years.
        folder: where to write.
    """

    engine: Engine
    customers: ibis.Table
    customer_record: ibis.Table
    records: ibis.Table
    attributes: ibis.Table
    contacts: ibis.Table
    beginnings: ibis.Table
    worth: pa.Table
    own: Sequence[str]
    first: date
    as_of: date
    hold_out_weeks: int
    folder: Path

    @property
    def weeks(self) -> int:
        """How far ahead a first order is looked for."""
        return _YEAR_WEEKS if self.as_of - self.first >= timedelta(days=365 * _YEARS_FOR_A_YEAR) else self.hold_out_weeks


@dataclass(frozen=True, eq=False)
class Base:
    """Customers by place: ids ascending, with the sources that know each."""

    ids: Any
    kind: pa.ChunkedArray
    sources: Sequence[str]
    knows: Flags
    people: People

    def places(self, column: pa.ChunkedArray) -> tuple[Any, Flags]:
        """Places of ids, and whether each is there."""
        wanted = _texts(column)
        place = np.minimum(np.searchsorted(self.ids, wanted), max(len(self.ids) - 1, 0))
        return place, self.ids[place] == wanted if len(self.ids) else np.zeros(len(wanted), bool)


def tell(desk: Desk) -> None:
    """Write `prospect` and `prospect_test`."""
    base = _base(desk)
    day = np.datetime64(desk.as_of, "D")
    ago = np.timedelta64(7 * desk.weeks, "D")
    mornings = {on: base.people.columns(on, _contacts(desk, base, on)) for on in (day - 2 * ago, day - ago, day)}
    tested = learned_on(base.people, mornings[day - 2 * ago], day - 2 * ago, day - ago)
    chances = learned_on(base.people, mornings[day - ago], day - ago, day)
    rows = [] if tested is None else _test_rows(base.people, tested, mornings[day - ago], day - ago, day, desk.weeks)
    desk.engine.write(desk.engine.rows(tables.PROSPECT_TEST.types, rows), desk.folder / "prospect_test.parquet")
    found = _prospects(base, chances, mornings[day], _worth(desk, base), on=day, weeks=desk.weeks, missed=_missed(rows))
    desk.engine.write_rows(tables.PROSPECT.types, found, desk.folder / "prospect.parquet")


def _texts(column: Any) -> Any:
    return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), dtype=object).astype(str)


def _base(desk: Desk) -> Base:
    known = desk.engine.arrow(first_known(desk.customer_record, desk.records, desk.attributes).order_by("customer_id", "source"))
    who = desk.engine.arrow(desk.customers.filter(~desk.customers["is_test"]).select("customer_id", "kind").order_by("customer_id"))
    ids = _texts(who["customer_id"])
    sources = sorted(set(_texts(known["source"]).tolist()))
    empty = People(
        np.full((len(ids), len(sources)), np.datetime64("NaT", "D")), np.full(len(ids), np.datetime64("NaT", "D")), np.zeros((len(ids), 0))
    )
    base = Base(ids, who["kind"], sources, np.zeros((len(ids), len(sources)), bool), empty)
    place, there = base.places(known["customer_id"])
    at = (place[there], np.searchsorted(np.array(sources, dtype=str), _texts(known["source"])[there]) if sources else place[there])
    base.knows[at] = True
    base.people.known[at] = _as_days(known["day"])[there]
    began = desk.engine.arrow(desk.beginnings.select("customer_id", "first_day").order_by("customer_id"))
    place, there = base.places(began["customer_id"])
    base.people.first_day[place[there]] = np.asarray(began["first_day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]")[there]
    traits = _traits(desk, base)
    return Base(ids, who["kind"], sources, base.knows, People(base.people.known, base.people.first_day, traits))  # fmt: skip


def _as_days(column: pa.ChunkedArray) -> Any:
    """Days from texts; absent where a text is none."""
    read = pa.compute.strptime(column, format="%Y-%m-%d", unit="s", error_is_null=True)
    return np.asarray(read.to_numpy(zero_copy_only=False)).astype("datetime64[D]")


def _traits(desk: Desk, base: Base) -> Floats:
    """Whether each is an organisation, and which of the most frequent values each of the project's own attributes has."""
    columns = [_texts(base.kind) == "organisation"]
    rows = desk.engine.arrow(own_attributes(desk.customer_record, desk.attributes, desk.own).order_by("customer_id", "attribute"))
    place, there = base.places(rows["customer_id"])
    names, values = _texts(rows["attribute"]), _texts(rows["value"])
    for name in sorted(set(names.tolist())):
        mine = there & (names == name)
        found, counts = np.unique(values[mine], return_counts=True)
        for value in found[np.argsort(-counts, kind="stable")][:_VALUES_TOLD]:
            column = np.zeros(len(base.ids), bool)
            column[place[mine & (values == value)]] = True
            columns.append(column)
    return np.column_stack(columns).astype(np.float64)


def _contacts(desk: Desk, base: Base, on: Any) -> Floats:
    """N x kinds of contact: how many each had before a morning; the same kinds on every morning."""
    rows = desk.engine.arrow(contacts_before(desk.contacts, on.item()).order_by("customer_id", "contact"))
    kinds = desk.engine.fetch(contacts_before(desk.contacts, desk.as_of).select("contact").distinct().order_by("contact"))
    names = np.array([str(row["contact"]) for row in kinds], dtype=str)
    found = np.zeros((len(base.ids), len(names)))
    place, there = base.places(rows["customer_id"])
    if len(names):
        found[place[there], np.searchsorted(names, _texts(rows["contact"]))[there]] = rows["contacts"].to_numpy()[there]
    return found


def _worth(desk: Desk, base: Base) -> Floats:
    worth = np.full(len(base.ids), np.nan)
    place, there = base.places(desk.worth["customer_id"])
    worth[place[there]] = (money(desk.worth, "brought") + desk.worth["value_expected"].to_numpy())[there]
    return worth


def _test_rows(people: People, chances: prospecting.Chances, columns: Floats, start: Any, end: Any, weeks: int) -> list[dict[str, Any]]:
    """PROSPECT_TEST rows: chances that were learned before the morning, held against what came."""
    there = people.prospects(start)
    mean, low, high = chances.of(columns[there])
    came, place = people.came(start, end)[there], fifths(mean)
    rows = []
    for fifth in np.unique(place):
        own = place == fifth
        expected, least, most = expected_range((mean[own], low[own], high[own]))
        told: Mapping[str, Any] = {"came_expected": expected, "came_low": least, "came_high": most}
        rows.append(
            {
                "fifth": int(fifth), "origin": start.item(), "weeks": float(weeks), "prospects": int(own.sum()), "came": int(came[own].sum()),
                **told,
            }
        )  # fmt: skip
    return rows


def _missed(rows: Sequence[Mapping[str, Any]]) -> float:
    """By how much the test missed the number of those who came, in logarithms; half a customer keeps it finite."""
    came, expected = (sum(row[name] for row in rows) for name in ("came", "came_expected"))
    return abs(float(np.log((came + 0.5) / (expected + 0.5))))


def _prospects(
    base: Base, chances: prospecting.Chances | None, columns: Floats, worth: Floats, *, on: Any, weeks: int, missed: float
) -> pa.Table:
    """PROSPECT rows: everybody who never bought; scored where a day is known and something was learned."""
    people = base.people
    never = np.flatnonzero(np.isnat(people.first_day) & base.knows.any(axis=1))
    scored = ~np.isnat(people.since[never]) & (chances is not None)
    nothing = np.zeros(len(never))
    chance = chances.of(columns[never], missed=missed) if chances is not None else (nothing, nothing, nothing)
    each, error = (values[never] for values in worth_if_won(people, worth, on=on))
    off = _NINE_IN_TEN * error
    ends = [np.sort(np.stack([chance[1] * (each + sign * off), chance[2] * (each + sign * off)]), axis=0) for sign in (-1, 1)]
    low, high = np.minimum(ends[0][0], chance[0] * each), np.maximum(ends[1][1], chance[0] * each)
    missing = [None if ok else _missing(base, place, has_day=not np.isnat(people.since[place])) for place, ok in zip(never.tolist(), scored.tolist(), strict=True)]  # fmt: skip
    figures = {
        "weeks": np.full(len(never), float(weeks)), "first_order_probability_expected": chance[0], "first_order_probability_low": chance[1],
        "first_order_probability_high": chance[2], "worth_if_won_expected": each, "value_expected": chance[0] * each, "value_low": low,
        "value_high": high,
    }  # fmt: skip
    columns_of = {
        "customer_id": pa.array(base.ids[never].tolist(), pa.string()),
        "kind_of_customer": base.kind.take(pa.array(never)),
        "sources": pa.array([", ".join(_sources(base, place)) for place in never.tolist()], pa.string()),
        "known_since": pa.array(people.since[never]),
        **{name: pa.array(values, pa.float64(), mask=~scored) for name, values in figures.items()},
        "missing": pa.array(missing, pa.string()),
    }
    return pa.table(columns_of).select(tables.PROSPECT.names)


def _sources(base: Base, place: int) -> list[str]:
    return [base.sources[index] for index in np.flatnonzero(base.knows[place]).tolist()]


def _missing(base: Base, place: int, *, has_day: bool) -> str:
    return _TOO_FEW if has_day else _NO_DAY + ", ".join(_sources(base, place))
