"""Customer ids: ours, and kept for life.

Clusters come and go with the evidence; ids follow the records. The rule, in order: each
customer of before goes where most of its records are (a tie: where the first of them is); of
several customers that meet in one cluster the oldest stays and the others redirect to it
(a tie: the id that sorts first); a cluster that no customer goes to founds a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.identity.arrays import Ints
from unequal.terms.ids import founding_customer_id

NONE: Final = -1


@dataclass(frozen=True)
class Assigned:
    """Which customer each cluster is.

    Args:
        heir: for each record's label the code of the customer of before that it is; NONE: a new customer.
        leads_to: for each customer of before the code of the one it is now; its own, unless it was merged away.
    """

    heir: Ints
    leads_to: Ints


def assign_ids(label: Ints, before: Ints, founded: Ints) -> Assigned:
    """Let clusters inherit the customers of before.

    Args:
        label: for each record the lowest number in its cluster.
        before: for each record the code of its customer before; NONE for a new record. Codes sort as ids do.
        founded: for each customer of before the day of its oldest membership, as a number.

    Returns:
        Assigned; `heir` is read at a cluster's label, and is NONE elsewhere.
    """
    customers, records = len(founded), len(label)
    heir, leads_to = np.full(records, NONE, dtype=np.int64), np.arange(customers, dtype=np.int64)
    known = np.flatnonzero(before != NONE)
    if not len(known):
        return Assigned(heir, leads_to)
    parts, sizes = np.unique(before[known] * records + label[known], return_counts=True)
    customer, where = np.divmod(parts, records)
    # Largest part first, then the one with the lowest record; the first of each customer is where it goes.
    largest_first = np.lexsort((where, -sizes, customer))
    claimant, at = np.unique(customer[largest_first], return_index=True)
    goes_to = where[largest_first][at]
    oldest_first = np.lexsort((claimant, founded[claimant], goes_to))
    cluster, first = np.unique(goes_to[oldest_first], return_index=True)
    heir[cluster] = claimant[oldest_first][first]
    leads_to[claimant] = heir[goes_to]
    return Assigned(heir, leads_to)


def found_ids(founders: Iterable[tuple[str, str]], used: set[str]) -> list[str]:
    """New ids, each from the record that founds it, none ever used before.

    Args:
        founders: source and record id of the first record of each new customer, in the records' order.
        used: every id ever given, redirected ones too; the new ones are added.

    >>> found_ids([("crm", "10042")], {"c_a7df3a87cbab"})
    ['c_a7df3a87cbab_2']
    """
    given = []
    for source, record_id in founders:
        wanted = free = founding_customer_id(source, record_id)
        number = 1
        while free in used:
            number += 1
            free = f"{wanted}_{number}"
        used.add(free)
        given.append(free)
    return given
