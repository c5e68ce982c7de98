"""What was tried on whom, as questions read it: policies, the arms that lots gave, contacts that were made, and what customers then brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
from ibis import _

from unequal import ledger
from unequal.experiments.analysis import FEWEST_WITH_OUTCOME, Comparison, Plan, Stratum, compare_strata
from unequal.experiments.outcomes import Outcomes
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import TOTAL, money_sum

ANSWERED: Final = FEWEST_WITH_OUTCOME
"""Units of each arm that brought or cost anything, below which it is too early to say."""
CONFIDENCE: Final = 0.9
"""As of every range that is told: a policy is said to lose where a loss is nineteen times in twenty below zero."""


@dataclass(frozen=True)
class Tried:
    """Something that was tried: a policy, or a level of service that a lot lets some customers have.

    Args:
        name: of the policy, or of the trial.
        objective: what it is for, in words.
        days: that count from the day of the lot on; the day itself is the first.
        customers: planned for both arms.
        share_held_out: of those whom it is for; now.
        by_household: whole households were drawn: their members share a fate, and are no witnesses of their own.
        is_whole: it stands for several policies together, as the universal holdout does; its dollars are in theirs, and are not added to them.
        versions: those that reached somebody, oldest first.
        acts: whether it acts now.
        retired_by: who stopped it; empty where nobody did.
    """

    name: str
    objective: str
    days: int
    customers: int
    share_held_out: float
    by_household: bool = False
    is_whole: bool = False
    versions: tuple[int, ...] = ()
    acts: bool = True
    retired_by: str = ""

    @property
    def is_policy(self) -> bool:
        """Whether it is a policy, and no trial of a level of service or of all marketing: those have a colon in their names."""
        return ":" not in self.name

    @property
    def called(self) -> str:
        """What people are told it is: a policy by its name, another trial in words."""
        return self.name if self.is_policy else self.objective


@dataclass(frozen=True)
class Trials:
    """What was tried, up to now.

    Args:
        policies: those that are known, by name, in the order of their names.
        arms: policy, customer_id (as of today), arm (treated or held_out), drawn_on (the company's day), from the state drawn_at too (naive UTC),
            share_held_out (when the lot was drawn; absent where nothing tells it: then that of now); a row for each policy and customer.
        contacts: customer_id, policy, from the state policy_version too, made_on, cost, dollars (what was expected, all costs off; absent where nothing tells it);
            cost and dollars DECIMAL(18, 4).
        cost_lines: those on which the ledger holds what contacts cost, where a source reads them; none where no source does.
        today: the company's day on which the run was made: what is booked on a later one has not happened yet.
    """

    policies: Mapping[str, Tried]
    arms: ibis.Table
    contacts: ibis.Table
    cost_lines: frozenset[Line]
    today: date

    def is_cost_booked(self, level: Level) -> bool:
        """Whether what contacts cost is taken off by the ledger in the sum of a level: then it is not taken off again.

        Where only some of its lines stand in the level it is taken off: a policy is better thought too dear than for nothing.
        """
        return bool(self.cost_lines) and self.cost_lines <= set(LINES_OF_LEVEL[level])


def brought(entries: ibis.Table, trials: Trials, policy: str, *, level: Level, among: ibis.Table | None = None) -> ibis.Table:
    """What each customer of one policy brought in the days from his lot, and in as many before it.

    Everybody whose lot was drawn counts in the arm that it gave, whether or not he was then reached: only so are the arms alike but for the policy.
    Contacts of all policies cost, for who is held out of one may be reached by another.

    Args:
        entries: ENTRY; their `last_day` says whose days are over.
        trials: what was tried.
        policy: which; it says how many days count, that of the lot the first.
        level: which costs are taken off.
        among: customers who count, any table with customer_id; all by default.

    Returns:
        customer_id, arm, drawn_on, share_held_out; brought (at `level`), cost (of contacts, positive) and before (at `level`, in the days before),
        DECIMAL(28, 4);
        earned: brought, less the cost where it is not in `brought` already. Customers whose days are not over yet are absent.
    """
    span = ibis.interval(days=trials.policies[policy].days)
    of_policy = arms_of(trials, policy, among).cross_join(last_day(entries, trials))
    whole = of_policy.filter(of_policy["drawn_on"] + span <= of_policy["last"] + ibis.interval(days=1)).drop("last")
    days_of = whole.select("customer_id", "drawn_on")
    booked = entries.select("customer_id", "booked_on", "line", "amount").inner_join(days_of, "customer_id")
    after = booked.filter(_.booked_on >= _.drawn_on, _.booked_on < _.drawn_on + span)
    before = booked.filter(_.booked_on >= _.drawn_on - span, _.booked_on < _.drawn_on)
    made = made_in_time(trials, policy, days_of)
    parts = {
        "brought": after.group_by("customer_id").aggregate(brought=ledger.level_amount(after, level)),
        "before": before.group_by("customer_id").aggregate(before=ledger.level_amount(before, level)),
        "cost": made.group_by("customer_id").aggregate(cost=money_sum(made["cost"])),
    }
    found = whole
    for name, part in parts.items():
        joined = found.left_join(part, "customer_id")
        found = joined.select(*found.columns, **{name: joined[name].fill_null(ibis.literal(0).cast(TOTAL)).cast(TOTAL)})
    taken_off = ibis.literal(0).cast(TOTAL) if trials.is_cost_booked(level) else found["cost"]
    return found.mutate(earned=(found["brought"] - taken_off).cast(TOTAL))


def last_day(entries: ibis.Table, trials: Trials) -> ibis.Table:
    """The last day on which anything is booked that had come when the run was made: one row, last; null where there is none.

    An order for delivery in half a year, or a year mistyped, says nothing of the days until then.
    """
    come = entries.filter(entries["booked_on"] <= ibis.literal(trials.today))
    return come.aggregate(last=come["booked_on"].max())


def made_in_time(trials: Trials, policy: str, measured: ibis.Table) -> ibis.Table:
    """Contacts of all policies that were made in the days that count for one of them: what the dollars of those days can have come of.

    Args:
        trials: what was tried.
        policy: which; it says how many days count.
        measured: customer_id and drawn_on of the customers who count, as `brought` gives them.

    Returns:
        The columns of contacts, and drawn_on.
    """
    made = trials.contacts.inner_join(measured.select("customer_id", "drawn_on"), "customer_id")
    return made.filter(_.made_on >= _.drawn_on, _.made_on < _.drawn_on + ibis.interval(days=trials.policies[policy].days))


def arms_of(trials: Trials, policy: str, among: ibis.Table | None = None) -> ibis.Table:
    """customer_id, arm, drawn_on and share_held_out of one policy, among all customers or some."""
    arms = trials.arms.filter(trials.arms["policy"] == policy)
    share = arms["share_held_out"].fill_null(trials.policies[policy].share_held_out)
    arms = arms.select("customer_id", "arm", "drawn_on", share_held_out=share)
    return arms if among is None else arms.semi_join(among, "customer_id")


def summed(measured: ibis.Table, households: ibis.Table | None = None) -> ibis.Table:
    """Of each arm, and of each share that was held out, the sums that a comparison takes, as floats.

    Args:
        measured: as `brought` gives it: customer_id, arm, earned, before.
        households: customer_id, household_id, where whole households were drawn; else each customer is a unit.

    Returns:
        arm, share_held_out, and a column for each field of `Outcomes`; `by_arm` and `compared` read the rows.
    """
    each = measured.select(
        "arm", "share_held_out", "customer_id", y=measured["earned"].cast("float64"), x=measured["before"].cast("float64")
    )
    if households is None:
        units = each.mutate(n=ibis.literal(1.0))
    else:
        lives = each.left_join(households.select("customer_id", "household_id"), "customer_id")
        unit = ibis.coalesce(lives["household_id"], lives["customer_id"])
        units = lives.group_by("arm", "share_held_out", unit=unit).aggregate(
            n=lives.count().cast("float64"), y=lives["y"].sum(), x=lives["x"].sum()
        )
    n, y, x = units["n"], units["y"], units["x"]
    return units.group_by("arm", "share_held_out").aggregate(
        units=units.count().cast("int64"), with_outcome=ibis.ifelse(y != 0, 1, 0).sum().cast("int64"), customers=n.sum(), outcome=y.sum(),
        customers_squared=(n * n).sum(), outcome_squared=(y * y).sum(), customers_outcome=(n * y).sum(), before=x.sum(),
        before_squared=(x * x).sum(), customers_before=(n * x).sum(), outcome_before=(x * y).sum(),
    )  # fmt: skip


def by_arm(rows: Iterable[Mapping[str, Any]]) -> dict[str, Outcomes]:
    """Each arm's sums, whatever share was held out, from the rows of `summed`."""
    found: dict[str, Outcomes] = {}
    for row in rows:
        arm, one = str(row["arm"]), _outcomes_of(row)
        found[arm] = found[arm] + one if arm in found else one
    return found


def compared(rows: Iterable[Mapping[str, Any]], tried: Tried, *, fewest: int) -> Comparison | None:
    """Those treated beside those held out, each share that was held out by itself.

    Args:
        rows: of `summed`.
        tried: what was tried.
        fewest: units that each arm has at one share at least.

    Returns:
        None where there are fewer.
    """
    nobody = Outcomes.of([])
    found: dict[float, dict[str, Outcomes]] = {}
    for row in rows:
        found.setdefault(float(row["share_held_out"]), {})[str(row["arm"])] = _outcomes_of(row)
    strata = [Stratum(arms.get("treated", nobody), arms.get("held_out", nobody), share) for share, arms in sorted(found.items())]
    if not any(min(one.treated.units, one.held_out.units) >= fewest for one in strata):
        return None
    return compare_strata(strata, plan=Plan(tried.customers, tried.share_held_out), confidence=CONFIDENCE)


def _outcomes_of(row: Mapping[str, Any]) -> Outcomes:
    """The sums of one arm at one share."""
    sums = {name: float(value) for name, value in row.items() if name not in {"arm", "share_held_out", "units", "with_outcome"}}
    return Outcomes(int(row["units"]), int(row["with_outcome"]), **sums)
