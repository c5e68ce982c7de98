"""Which customers deserve a call of who looks after them now: those whom a signal concerns, the most dollars at stake first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis

from unequal import predicates

OUTCOMES: Final = ("kept", "lost", "no_answer")
"""What can come of a task: the customer stays, is gone, or could not be reached."""


@dataclass(frozen=True, slots=True)
class Deserving:
    """A customer who should hear from a host.

    Args:
        customer_id: who.
        host: from whom.
        reason: why, in words.
        stake_expected: what the customer is expected to bring, and would not if it left; above zero, an estimate.
    """

    customer_id: str
    host: str
    reason: str
    stake_expected: float


def host_of(rows: ibis.Table, hosts: Mapping[str, str], attribute: str | None = None) -> Any:
    """Who looks after each customer.

    Args:
        rows: one row a customer: tier, and the attribute.
        hosts: tier -> its host.
        attribute: the column that names a customer's own host, who goes before that of the tier.

    Returns:
        A column of names; null where nobody does.
    """
    nobody = ibis.null("string")
    by_tier = ibis.cases(*((rows["tier"] == tier, host) for tier, host in hosts.items()), else_=nobody) if hosts else nobody
    return by_tier if attribute is None else ibis.coalesce(rows[attribute].strip().nullif(""), by_tier)


def deserving(rows: ibis.Table, signals: Sequence[tuple[str, predicates.Predicate]]) -> ibis.Table:
    """Customers with a host, a signal and something to lose.

    What is at stake is the whole that is still expected: signals say that a customer may leave, and not how likely that is.

    Args:
        rows: PROFILE with `host`, and a column for each window that the rules name.
        signals: words and rule; the first that holds is the reason.

    Returns:
        customer_id, host, reason, stake_expected: the most first, equals by id. Of whom nothing, or less, is expected no row.
    """
    reason = ibis.cases(*((predicates.holds(rule, rows), ibis.literal(words)) for words, rule in signals), else_=ibis.null("string"))
    told = rows.select("customer_id", "host", reason=reason, stake_expected=rows["value_expected"])
    found = told.filter(told["host"].notnull(), told["reason"].notnull(), told["stake_expected"] > 0)
    return found.order_by(ibis.desc("stake_expected"), "customer_id")


def chosen(wanted: Iterable[Deserving], *, busy: Mapping[str, int], spared: Collection[str], at_most: int) -> list[Deserving]:
    """Those for whom there is room: of each host's customers those with most at stake.

    Args:
        wanted: in any order; a customer counts once.
        busy: host -> open tasks.
        spared: customers who have an open task, or rest after one.
        at_most: open tasks a host.

    Returns:
        The most dollars first, equals by id.

    >>> ann, bea = Deserving("ann", "mia", "", 10.0), Deserving("bea", "mia", "", 20.0)
    >>> [one.customer_id for one in chosen([ann, bea], busy={"mia": 1}, spared=[], at_most=2)]
    ['bea']
    """
    counts, met, found = Counter(busy), set(spared), []
    for one in sorted(wanted, key=lambda one: (-one.stake_expected, one.customer_id)):
        if one.customer_id not in met and counts[one.host] < at_most:
            met.add(one.customer_id)
            counts[one.host] += 1
            found.append(one)
    return found
