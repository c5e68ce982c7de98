"""Where two policies met in the same customers: what both bring beyond the sum of what each brings alone.

Lots of policies are independent, so those for whom both drew one fall into four arms of known shares. What all of them brought from the second of the
two lots on, over the days of the policy that counts more of them, is compared as a 2 x 2 factorial.

Why from the second: whom the better policy holds out draws the other's lot at the same moment, whom it treats draws it when he comes by again. Counted from
the first, the other's gain would lie within the days of those held out and after the days of those treated, and policies that add up would seem to
take from each other. From the second on it lies within the days of both, and what is compared is what the second brings where the first treats and where it
holds out: the second lot is drawn within each, so days, what was known before it and what the first still brings are alike in its two arms. That whom the first
treated came by again is the one thing in which the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import ibis
import pyarrow as pa
from ibis import _

from unequal import experiments
from unequal.answers.base import Base
from unequal.answers.forecasts import estimate
from unequal.answers.showing import Column, Shown
from unequal.experiments import trials as trying
from unequal.terms.amounts import exact_text
from unequal.terms.lines import Level

FEWEST: Final = 100
"""Customers of each of the four arms, below which nothing is told of two policies."""
MOST: Final = 12
"""Pairs that are looked at, those with the most customers first."""
TABLE: Final = pa.schema([
    ("policies", pa.string()), ("customers", pa.int64()), ("days", pa.int64()), ("together_expected", pa.float64()), ("together_low", pa.float64()),
    ("together_high", pa.float64()), ("verdict", pa.string()), ("said", pa.string()),
])  # fmt: skip
SAID: Final = {
    "earned": "more together than apart", "lost": "take from each other", "no_detectable_difference": "no detectable difference",
    "too_early": "too early to say",
}  # fmt: skip
_ARMS: Final = ("both", "first", "second", "neither")


def met(base: Base, trials: trying.Trials, *, level: Level, among: ibis.Table | None = None) -> pa.Table:
    """Of each two policies that met in enough customers what both brought beyond their sum, for each customer; TABLE, the most customers first.

    Args:
        base: a published run.
        trials: what was tried.
        level: which costs are taken off.
        among: customers who count; all by default.
    """
    rows = [
        one for one in (_pair(base, trials, *names, level=level, among=among) for names in _pairs(base, trials, among)) if one is not None
    ]
    return pa.Table.from_pylist(sorted(rows, key=lambda one: (-int(one["customers"]), one["policies"])), TABLE)


def findings(table: pa.Table, currency: str, words: str) -> Iterator[str]:
    """A sentence for each two of which something can be said."""
    for row in table.to_pylist():
        if row["verdict"] in {"earned", "lost"}:
            each, low, high = (exact_text(estimate(row[f"together_{part}"]), currency) for part in ("expected", "low", "high"))
            what = "bring more together than apart" if row["verdict"] == "earned" else "take from each other"
            yield f"{row['policies']} {what}: {each} for each of {row['customers']:,} {words} who drew a lot of both, between {low} and {high}."


def shown(table: pa.Table) -> Iterator[Shown]:
    """The same as a table, where two policies met."""
    if table.num_rows:
        columns = (
            Column("policies", "Policies", "name"), Column("customers", "Drew both lots", "count"), Column("days", "Days", "count"),
            Column("together_expected", "Beyond the sum, each", "money"), Column("together_low", "At least", "money", why_missing="too early to say"),
            Column("together_high", "At most", "money", why_missing="too early to say"), Column("said", "Verdict"),
        )  # fmt: skip
        yield Shown("together", "Where two policies met in the same customers", columns,
                    "Each: what both bring with a customer beyond what the one brings and what the other brings, an estimate.")  # fmt: skip


def _pairs(base: Base, trials: trying.Trials, among: ibis.Table | None) -> list[tuple[str, str]]:
    """Policies that share enough customers in each of four arms, the most customers first."""
    names = [name for name, one in trials.policies.items() if not one.is_whole]
    if len(names) < 2:  # noqa: PLR2004 - two
        return []
    arms = trials.arms if among is None else trials.arms.semi_join(among, "customer_id")
    arms = arms.filter(arms["policy"].isin(names)).select("policy", "customer_id", "arm")
    other = arms.rename(other="policy", other_arm="arm")
    cells = arms.inner_join(other, ["customer_id", arms["policy"] < other["other"]])
    rows = base.fetch(cells.group_by("policy", "other", "arm", "other_arm").aggregate(customers=cells.count().cast("int64")))
    counts: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        counts.setdefault((str(row["policy"]), str(row["other"])), []).append(int(str(row["customers"])))
    enough = [pair for pair, sizes in counts.items() if len(sizes) == len(_ARMS) and min(sizes) >= FEWEST]
    return sorted(enough, key=lambda pair: (-sum(counts[pair]), pair))[:MOST]


def _pair(base: Base, trials: trying.Trials, first: str, second: str, *, level: Level, among: ibis.Table | None) -> dict[str, Any] | None:
    one, other = trials.policies[first], trials.policies[second]
    both = _four_arms(trials, first, second, among)
    name, days = f"{one.called} and {other.called}", max(one.days, other.days)
    by_household = one.by_household or other.by_household
    tried = trying.Tried(name, "", days, min(one.customers, other.customers), one.share_held_out, by_household)
    pair = trying.Trials({name: tried}, both.mutate(policy=ibis.literal(name)), trials.contacts, trials.cost_lines, trials.today)
    measured = base.keep(trying.brought(base.table("entry"), pair, name, level=level))
    rows = base.fetch(trying.summed(measured, base.table("household") if by_household else None))
    outcomes = trying.by_arm(rows)
    if any(arm not in outcomes or outcomes[arm].customers < FEWEST for arm in _ARMS):
        return None
    plan = experiments.Plan(tried.customers, one.share_held_out)
    found = experiments.interaction(
        *[outcomes[arm] for arm in _ARMS], plan=plan, second_share=other.share_held_out, confidence=trying.CONFIDENCE
    )
    ends = {} if found.is_early else {"together_low": found.effect_low, "together_high": found.effect_high}
    return {
        "policies": name, "customers": round(sum(outcomes[arm].customers for arm in _ARMS)), "days": days, "together_expected": found.effect_expected,
        "verdict": found.verdict, "said": SAID[found.verdict], **ends,
    }  # fmt: skip


def _four_arms(trials: trying.Trials, first: str, second: str, among: ibis.Table | None) -> ibis.Table:
    """customer_id, share_held_out, arm (of both) and drawn_on, the day of the second of the two lots."""
    one, other = (trying.arms_of(trials, name, among) for name in (first, second))
    joined = one.inner_join(other.rename(other_arm="arm", other_on="drawn_on", other_share="share_held_out"), "customer_id")
    held = "held_out"
    arm = ibis.cases(
        ((_.arm != held) & (_.other_arm != held), "both"), (_.arm != held, "first"), (_.other_arm != held, "second"), else_="neither"
    )
    # Those whose lots were drawn at the shares of now: at others, customers of another time would fill one arm more than another.
    now = [trials.policies[name].share_held_out for name in (first, second)]
    joined = joined.filter(joined["share_held_out"] == now[0], joined["other_share"] == now[1])
    return joined.select("customer_id", "share_held_out", arm=arm, drawn_on=ibis.greatest(_.drawn_on, _.other_on))
