"""What was tried on whom, as questions read it: policies, the arms that lots gave, contacts that were made, and what customers then brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
from ibis import _

from unequal import ledger
from unequal.terms.lines import Level
from unequal.terms.money import TOTAL, money_sum


@dataclass(frozen=True)
class Tried:
    """Something that was tried: a policy, or a level of service that a lot lets some customers have.

    Args:
        name: of the policy, or of the trial.
        objective: what it is for, in words.
        days: that count from the day of the lot on; the day itself is the first.
        customers: planned for both arms.
        share_held_out: of those whom it is for.
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


@dataclass(frozen=True)
class Trials:
    """What was tried, up to now.

    Args:
        policies: those that are known, by name, in the order of their names.
        arms: policy, customer_id (as of today), arm (treated or held_out), drawn_on (the company's day); a row for each policy and customer.
        contacts: customer_id, policy, made_on, cost, dollars (what was expected, all costs off; absent where nothing tells it);
            cost and dollars DECIMAL(18, 4).
        is_cost_booked: the ledger holds what contacts cost, for a source reads them: then it is not taken off again.
    """

    policies: Mapping[str, Tried]
    arms: ibis.Table
    contacts: ibis.Table
    is_cost_booked: bool


def brought(entries: ibis.Table, trials: Trials, policy: str, *, level: Level, among: ibis.Table | None = None) -> ibis.Table:
    """What each customer of one policy brought in the days from his lot, and in as many before it.

    Everybody whose lot was drawn counts in the arm that it gave, whether or not he was then reached: only so are the arms alike but for the policy.
    Contacts of all policies cost, for who is held out of one may be reached by another.

    Args:
        entries: ENTRY; the ledger's last day is that of the last of them.
        trials: what was tried.
        policy: which; it says how many days count, that of the lot the first.
        level: which costs are taken off.
        among: customers who count, any table with customer_id; all by default.

    Returns:
        customer_id, arm, drawn_on; brought (at `level`), cost (of contacts, positive) and before (at `level`, in the days before), DECIMAL(28, 4);
        earned: brought, less the cost where no source brings it into the ledger. Customers whose days are not over yet are absent.
    """
    span = ibis.interval(days=trials.policies[policy].days)
    last = entries.aggregate(last=entries["booked_on"].max())
    of_policy = arms_of(trials, policy, among).cross_join(last)
    whole = of_policy.filter(of_policy["drawn_on"] + span <= of_policy["last"] + ibis.interval(days=1)).drop("last")
    days_of = whole.select("customer_id", "drawn_on")
    booked = entries.select("customer_id", "booked_on", "line", "amount").inner_join(days_of, "customer_id")
    after = booked.filter(_.booked_on >= _.drawn_on, _.booked_on < _.drawn_on + span)
    before = booked.filter(_.booked_on >= _.drawn_on - span, _.booked_on < _.drawn_on)
    made = trials.contacts.select("customer_id", "made_on", "cost").inner_join(days_of, "customer_id")
    made = made.filter(_.made_on >= _.drawn_on, _.made_on < _.drawn_on + span)
    parts = {
        "brought": after.group_by("customer_id").aggregate(brought=ledger.level_amount(after, level)),
        "before": before.group_by("customer_id").aggregate(before=ledger.level_amount(before, level)),
        "cost": made.group_by("customer_id").aggregate(cost=money_sum(made["cost"])),
    }
    found = whole
    for name, part in parts.items():
        joined = found.left_join(part, "customer_id")
        found = joined.select(*found.columns, **{name: joined[name].fill_null(ibis.literal(0).cast(TOTAL)).cast(TOTAL)})
    taken_off = ibis.literal(0).cast(TOTAL) if trials.is_cost_booked else found["cost"]
    return found.mutate(earned=(found["brought"] - taken_off).cast(TOTAL))


def arms_of(trials: Trials, policy: str, among: ibis.Table | None = None) -> ibis.Table:
    """customer_id, arm and drawn_on of one policy, among all customers or some."""
    arms = trials.arms.filter(trials.arms["policy"] == policy).select("customer_id", "arm", "drawn_on")
    return arms if among is None else arms.semi_join(among, "customer_id")
