"""What a quota of time for each contact would do: simulated, by what an incentive for speed was seen to do here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers.base import Base
from unequal.answers.forecasts import estimate
from unequal.answers.incentives import Paid
from unequal.answers.occasions import knows_dollars
from unequal.answers.showing import Column, Shown
from unequal.terms.amounts import money_text

_AT: Final = (0.9, 0.75, 0.5)
"""Quotas that are tried: the time within which so many contacts end today."""
_DAYS: Final = 365
_FEWEST: Final = 30
_MONEY: Final = pa.decimal128(28, 4)
_QUOTA: Final = pa.schema([
    ("quota_seconds", pa.float64()), ("cut_share", pa.float64()), ("seconds_saved", pa.float64()), ("time_saved_expected", _MONEY),
    ("repeats_expected", pa.float64()), ("repeat_cost_expected", _MONEY), ("value_lost_expected", _MONEY), ("net_expected", _MONEY),
    ("net_low", _MONEY), ("net_high", _MONEY),
])  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """What the simulation rests on.

    Args:
        contacts, matters: answered, and those that were first contacts, within a year.
        a_second: what a second costs, dollars.
        again_seconds: of a repeat contact.
        slope: matters more that come again, of all, for each second that contacts are shorter: low, expected and high.
        a_repeat: what is expected less of a customer who had to come again than of those alike, dollars; 0 where nothing tells it.
    """

    contacts: float
    matters: float
    a_second: float
    again_seconds: float
    slope: tuple[float, float, float]
    a_repeat: float


def quotas(base: Base, contacts: ibis.Table, customers: ibis.Table, paid: Paid | None) -> pa.Table | None:
    """What a quota would do in a year, were all agents held to it.

    Contacts that take longer today end at the quota. How many more matters then come again is taken from what those who are paid for speed do, for each
    second that they are quicker; what a repeat takes, from what it takes today.

    Args:
        base: a published run.
        contacts: SERVICE_CONTACT that are asked about.
        customers: with band and value_expected.
        paid: what an incentive for speed was seen to do.

    Returns:
        A row for each quota; None where nothing here tells what haste does, or what time costs.
    """
    known = _asked(base, contacts, customers, paid)
    if known is None:
        return None
    timed = contacts.filter(contacts["duration_seconds"].notnull())
    seconds = timed["duration_seconds"].cast("float64")
    found = base.fetch(timed.aggregate(**{f"q{at}": seconds.quantile(share) for at, share in enumerate(_AT)}))[0]
    rows = []
    for at in range(len(_AT)):
        quota = float(str(found[f"q{at}"]))
        cut = base.fetch(
            timed.aggregate(
                share=ibis.ifelse(seconds > quota, 1.0, 0.0).mean(), saved=ibis.ifelse(seconds > quota, seconds - quota, 0.0).mean()
            )
        )[0]
        rows.append(_row(known, quota, float(str(cut["share"])), float(str(cut["saved"]))))
    return pa.Table.from_pylist(rows, _QUOTA)


def _asked(base: Base, contacts: ibis.Table, customers: ibis.Table, paid: Paid | None) -> _Asked | None:
    if paid is None or paid.seconds is None or paid.a_second is None or paid.again_seconds is None or paid.seconds.expected >= 0:
        return None
    quicker = -paid.seconds.expected
    first = ~contacts["is_again"] & contacts["came_again"].notnull()
    told = base.fetch(
        contacts.aggregate(
            contacts=contacts.count(), matters=ibis.ifelse(first, 1, 0).sum(), begins=contacts["occurred_on"].min(),
            ends=contacts["occurred_on"].max(),
        )
    )[0]  # fmt: skip
    begins: Any = told["begins"]
    ends: Any = told["ends"]
    a_year = _DAYS / max((ends - begins).days + 1, 1)
    slope = (paid.again.low / quicker, paid.again.expected / quicker, paid.again.high / quicker)
    return _Asked(
        int(str(told["contacts"])) * a_year, int(str(told["matters"] or 0)) * a_year, float(paid.a_second), paid.again_seconds, slope,
        _a_repeat(base, contacts.filter(first), customers),
    )  # fmt: skip


def _a_repeat(base: Base, first: ibis.Table, customers: ibis.Table) -> float:
    """What is expected less of customers whose matter came again than of those of the same band whose did not; 0 where it is not less."""
    if not knows_dollars(base.project):
        return 0.0
    known = customers.select("customer_id", "band", "value_expected")
    each = first.group_by("customer_id").aggregate(again=first["came_again"].cast("int64").max())
    joined = each.inner_join(known, "customer_id").filter(lambda t: t["value_expected"].notnull())
    means = joined.group_by("band").aggregate(
        again=ibis.ifelse(joined["again"] == 1, joined["value_expected"], ibis.null("float64")).mean(),
        settled=ibis.ifelse(joined["again"] == 0, joined["value_expected"], ibis.null("float64")).mean(),
        count=ibis.ifelse(joined["again"] == 1, 1, 0).sum(),
    )  # fmt: skip
    rows = [row for row in base.fetch(means) if row["again"] is not None and row["settled"] is not None]
    many = sum(int(str(row["count"])) for row in rows)
    if many < _FEWEST:
        return 0.0
    less = sum((float(str(row["settled"])) - float(str(row["again"]))) * int(str(row["count"])) for row in rows) / many
    return max(less, 0.0)


def _row(known: _Asked, quota: float, share: float, saved: float) -> dict[str, Any]:
    time = saved * known.contacts * known.a_second
    nets, repeats = [], []
    for slope in known.slope:
        more = slope * saved * known.matters
        repeats.append(more)
        nets.append(time - more * (known.again_seconds * known.a_second + known.a_repeat))
    return {
        "quota_seconds": quota, "cut_share": share, "seconds_saved": saved, "time_saved_expected": estimate(time), "repeats_expected": repeats[1],
        "repeat_cost_expected": estimate(repeats[1] * known.again_seconds * known.a_second),
        "value_lost_expected": estimate(repeats[1] * known.a_repeat), "net_expected": estimate(nets[1]),
        "net_low": estimate(min(nets)), "net_high": estimate(max(nets)),
    }  # fmt: skip


def findings(base: Base, found: pa.Table | None) -> Iterator[str]:
    """The quota that half of all contacts would meet, in a sentence."""
    if found is None:
        return
    row = found.to_pylist()[-1]
    currency = base.project.reporting_currency
    net, low, high, saved, cost, lost = (
        money_text(row[name], currency)
        for name in ("net_expected", "net_low", "net_high", "time_saved_expected", "repeat_cost_expected", "value_lost_expected")
    )
    words = base.project.value.words
    value = f" and {lost} of what {words} are expected to bring who come again" if row["value_lost_expected"] else ""
    yield (
        f"Were nobody to talk longer than {row['quota_seconds']:,.0f} seconds, a year would save {saved} of time and cost {cost} of repeat contacts{value}: "
        f"{net} in all (between {low} and {high}); simulated, by what haste was seen to do here."
    )


def shown(found: pa.Table | None) -> Sequence[Shown]:
    """The quotas as a reader sees them."""
    if found is None:
        return ()
    columns = (
        Column("quota_seconds", "Quota, seconds", "number"), Column("cut_share", "Contacts cut short", "share"),
        Column("time_saved_expected", "Time saved", "money"), Column("repeats_expected", "More repeats", "number"),
        Column("repeat_cost_expected", "They cost", "cost"), Column("value_lost_expected", "Value lost", "cost"), Column("net_expected", "In all", "money"),
        Column("net_low", "From", "money"), Column("net_high", "To", "money"),
    )  # fmt: skip
    note = "Simulated for a year, from what those who are paid for speed do; what is expected less of who comes again is an association. Idle time that is saved pays nobody."
    return (Shown("quotas", "What a quota of time for each contact would do", columns, note),)
