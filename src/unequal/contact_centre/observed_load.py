"""What reached a channel, from the contacts of the base: how many of each class at each hour, how long they took, and what their customers bring.

All but the last two functions are table functions; what they return is small, an hour and a class a row, so that a base of millions of contacts is read once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import ibis
import numpy as np

from unequal import predicates
from unequal.contact_centre.offered_load import Observed, busyness_variation_of
from unequal.terms.errors import ContactCentreError

REST: Final = "all others"
"""The class of contacts whose customer is not known, or belongs to no other class; no tier can be called so."""
HOURS: Final = 24
_POINTS: Final = 10_000


def class_of(rows: ibis.Table, rules: Sequence[tuple[str, predicates.Predicate | None]]) -> ibis.Table:
    """The class of each customer: the first whose rule holds, `all others` where none does.

    Args:
        rows: PROFILE with all that the rules read, one row a customer.
        rules: class and rule, the first to be tried first; without a rule it takes everybody.

    Returns:
        customer_id and contact_class.
    """
    found: Any = ibis.literal(REST)
    for name, rule in reversed(rules):
        holds: Any = ibis.literal(True) if rule is None else predicates.holds(rule, rows)
        found = ibis.ifelse(holds, ibis.literal(name), found)
    return rows.select("customer_id", contact_class=found)


def contacts_of(interaction: ibis.Table, classes: ibis.Table, channel: str) -> ibis.Table:
    """The contacts of one channel with their class, those whose moment is known alone.

    Args:
        interaction: INTERACTION.
        classes: customer_id and contact_class, one row a customer.
        channel: the channel.

    Returns:
        contact_class, customer_id, source, row_id, occurred_at and duration_seconds; one row a contact.
    """
    kept = interaction.filter(interaction["channel"] == channel, interaction["occurred_at"].notnull())
    joined = kept.left_join(classes, "customer_id")
    of_class = joined["contact_class"].fill_null(REST)
    return joined.select("customer_id", "source", "row_id", "occurred_at", "duration_seconds", contact_class=of_class)


def hourly(contacts: ibis.Table) -> ibis.Table:
    """How many contacts of each class came in each hour, UTC: contact_class, hour (naive, its begin) and contacts."""
    hour = contacts["occurred_at"].truncate("h")
    return contacts.group_by("contact_class", hour=hour).aggregate(contacts=contacts.count().cast("int64"))


def lasting(contacts: ibis.Table) -> ibis.Table:
    """How many contacts of each class took how many seconds: contact_class, seconds and contacts; those that were measured alone."""
    timed = contacts.filter(contacts["duration_seconds"] > 0)
    return timed.group_by("contact_class", seconds=timed["duration_seconds"]).aggregate(contacts=timed.count().cast("int64"))


def bringing(contacts: ibis.Table, rows: ibis.Table) -> ibis.Table:
    """What the customer of a contact is expected to bring, in the mean over the contacts of each class.

    Args:
        contacts: as `contacts_of` gives them.
        rows: PROFILE.

    Returns:
        contact_class, value_expected (a forecast; absent where nothing is forecast of any) and contribution_12m (a fact), each a mean as float, with
        the number of contacts that it is the mean of: value_contacts and contribution_contacts.
    """
    joined = contacts.left_join(rows.select("customer_id", "value_expected", "contribution_12m"), "customer_id")
    return joined.group_by("contact_class").aggregate(
        value_expected=joined["value_expected"].cast("float64").mean(), value_contacts=joined["value_expected"].count().cast("int64"),
        contribution_12m=joined["contribution_12m"].cast("float64").mean(),
        contribution_contacts=joined["contribution_12m"].count().cast("int64"),
    )  # fmt: skip


def cost_of_an_hour(contacts: ibis.Table, entry: ibis.Table) -> ibis.Table:
    """One row: what the ledger charged for serving these contacts, and how long that took.

    Args:
        contacts: as `contacts_of` gives them.
        entry: ENTRY; what an activity cost stands there under `cost:ACTIVITY`, by the row of the contact.

    Returns:
        amount: DECIMAL, negative as in the ledger; seconds: int64. Both absent where nothing was charged.
    """
    costs = entry.filter(entry["amount_name"].like("cost:%")).select("source", "row_id", "amount")
    costs = costs.group_by("source", "row_id").aggregate(amount=costs["amount"].sum())
    timed = contacts.filter(contacts["duration_seconds"] > 0)
    joined = timed.inner_join(costs, ["source", "row_id"])
    return joined.aggregate(amount=joined["amount"].sum(), seconds=joined["duration_seconds"].sum())


@dataclass(frozen=True, slots=True)
class UsualDay:
    """What a day of one kind usually brings.

    Attributes:
        contacts_an_hour: for each class the mean of each hour of the day, in the company's time zone.
        days: how many days this rests on.
        busyness_variation: by how much such days differ beyond chance.
    """

    contacts_an_hour: Mapping[str, tuple[float, ...]]
    days: int
    busyness_variation: float


def usual_day(
    rows: Sequence[Mapping[str, Any]], *, time_zone: str, weekday: int | None, weeks: int
) -> tuple[UsualDay, int]:  # fmt: skip
    """The mean day of one weekday within the last so many weeks.

    Args:
        rows: as `hourly` gives them.
        time_zone: the company's, IANA: hours are those of its clocks.
        weekday: Monday is 0; the one on which most contacts come where it is None.
        weeks: how many weeks before the last day of a contact are looked at. A day on which nobody came counts as such.

    Returns:
        the day, and its weekday.

    Raises:
        ContactCentreError: CTC010, nobody came within these weeks, or on that weekday.
    """
    zone = ZoneInfo(time_zone)
    local = [(row["hour"].replace(tzinfo=UTC).astimezone(zone), str(row["contact_class"]), int(row["contacts"])) for row in rows]
    last = max((at.date() for at, _, _ in local), default=None)
    recent = [one for one in local if last is not None and one[0].date() > last - timedelta(weeks=weeks)]
    by_weekday = [sum(count for at, _, count in recent if at.weekday() == day) for day in range(7)]
    chosen = int(np.argmax(by_weekday)) if weekday is None else weekday
    of_day = [one for one in recent if one[0].weekday() == chosen]
    if not of_day:
        raise ContactCentreError("CTC010", "nobody came on such a day", seen=f"{len(rows)} hours with contacts",
                                 do="name another day, or a channel that customers use")  # fmt: skip
    days = _days(of_day, last or date.min, chosen, weeks)
    classes = sorted({name for _, name, _ in of_day})
    totals = {name: np.zeros(HOURS) for name in classes}
    for at, name, count in of_day:
        totals[name][at.hour] += count
    each_day = [sum(count for at, _, count in of_day if at.date() == day) for day in days]
    rates = {name: tuple(float(each) / len(days) for each in totals[name]) for name in classes}
    return UsualDay(rates, len(days), busyness_variation_of(each_day)), chosen


def _days(of_day: Sequence[tuple[datetime, str, int]], last: date, weekday: int, weeks: int) -> list[date]:
    """Every such weekday from the first contact within the weeks to the last day."""
    first = min(at.date() for at, _, _ in of_day)
    found = [last - timedelta(days=back) for back in range(7 * weeks)]
    return [day for day in found if day.weekday() == weekday and day >= first]


def observed(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Observed:
    """Handling times as they were measured, of some classes together.

    Args:
        rows: as `lasting` gives them.
        names: the classes; all of them by default.

    Returns:
        at most ten thousand times, evenly over their distribution.
    """
    kept = sorted((int(row["seconds"]), int(row["contacts"])) for row in rows if not names or row["contact_class"] in names)
    if not kept:
        return Observed(())
    seconds, counts = (np.array(column) for column in zip(*kept, strict=True))
    every = np.cumsum(counts)
    points = np.arange(min(int(every[-1]), _POINTS))
    at = np.searchsorted(every, (points + 0.5) * every[-1] / len(points), side="left")
    return Observed(tuple(float(each) for each in seconds[at]))
