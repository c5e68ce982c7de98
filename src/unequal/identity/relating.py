"""From what is inferred in numbers to the rows that are published: households, members, parents."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from unequal.identity.arrays import Floats, Ints, arrow, column, strings
from unequal.identity.household_signs import Signs
from unequal.identity.households import Homestead
from unequal.identity.names import name_of
from unequal.identity.tables import HOUSEHOLD

NAME_WORDS: Final = 2
"""Words of a parent's name that a daughter's must begin with, for a domain alone may be an agency's."""
SURE_BITS: Final = 60.0
_LEGAL_FORMS_IN_FULL: Final = frozenset([
    "aktiengesellschaft", "gesellschaft", "mit", "beschraenkter", "beschrankter", "haftung", "kommanditgesellschaft", "public", "private",
    "liability", "partnership", "societe", "anonyme", "sociedad", "anonima", "limitada", "proprietary",
])  # fmt: skip


def places_of(signs: Signs, stated: pa.Table) -> tuple[Ints, Ints]:
    """Pairs that are stated to live together, as places of persons; who is no person here is left out."""
    place = {customer: at for at, customer in enumerate(signs.customers)}
    ends = zip(column(stated, "from_customer").to_pylist(), column(stated, "to_customer").to_pylist(), strict=True)
    known = sorted({tuple(sorted((place[one], place[other]))) for one, other in ends if one in place and other in place})
    both = np.array(known, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def household_rows(signs: Signs, found: Homestead, founded: dict[str, Any]) -> pa.Table:
    """HOUSEHOLD of those who do not live alone.

    A household is named after the member who has been a customer longest (a tie: the id that sorts first), so that
    its id stays while he does, whoever joins or leaves.

    Args:
        signs: of the persons.
        found: their households.
        founded: customer's id -> the day it became a customer.
    """
    sizes = np.bincount(found.household, minlength=len(signs))
    at = np.flatnonzero(sizes[found.household] > 1) if len(signs) else np.zeros(0, np.int64)
    eldest: dict[int, tuple[str, str]] = {}
    for place in at.tolist():
        customer = signs.customers[place]
        own = (str(founded.get(customer) or "9999"), customer)
        group = int(found.household[place])
        eldest[group] = min(eldest.get(group, own), own)
    ids = [household_id(eldest[int(found.household[place])][1]) for place in at.tolist()]
    bits, stated = _strongest(signs, found)
    return pa.table({
        "household_id": strings(ids),
        "customer_id": strings(signs.customers[place] for place in at.tolist()),
        "members": arrow(sizes[found.household[at]], pa.int64()),
        "evidence": strings(np.where(stated[at], "stated", "inferred").tolist()),
        "weight": pa.array(bits[at], pa.float64(), mask=~np.isfinite(bits[at])),
        "since": _days(_at_home_since(signs)[at]),
    }).select(HOUSEHOLD.names)  # fmt: skip


def household_id(customer_id: str) -> str:
    """The id of the household that a customer founds.

    >>> household_id("c_a7df3a87cbab")
    'h_a7df3a87cbab'
    """
    return f"h_{customer_id.removeprefix('c_')}"


def member_rows(signs: Signs, found: Homestead) -> pa.Table:
    """Who lives with whom: from_customer, to_customer, kind, weight (the probability), of pairs inferred in one household."""
    pairs = found.pairs
    together = found.joins & (found.household[pairs.a] == found.household[pairs.b]) & ~found.stated
    at = np.flatnonzero(together)
    return pa.table({
        "from_customer": strings(signs.customers[place] for place in pairs.a[at].tolist()),
        "to_customer": strings(signs.customers[place] for place in pairs.b[at].tolist()),
        "kind": strings(["household_member"] * len(at)),
        "weight": arrow(1 / (1 + np.exp2(-np.clip(found.bits[at], -SURE_BITS, SURE_BITS))), pa.float64()),
    })  # fmt: skip


def parents_by_name(firms: pa.Table) -> pa.Table:
    """Organisations of one domain of which one's name begins the other's: it is the parent.

    Args:
        firms: domain, customer_id, name; in order of domain.

    Returns:
        from_customer (the parent), to_customer, kind, weight. The parent is the longest name that begins the daughter's,
        of two words or more; a name that two organisations bear is nobody's parent.
    """
    by_domain: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for row in firms.to_pylist():
        by_domain.setdefault(row["domain"], []).append((name_of("organisation", organisation=row["name"]).organisation, row["customer_id"]))
    found: dict[str, str] = {}
    for group in by_domain.values():
        borne = [words for words, _ in group]
        for words, daughter in group:
            begins = [(len(other), parent) for other, parent in group if _begins(other, words) and borne.count(other) == 1]
            if begins:
                found[daughter] = max(begins)[1]
    pairs = sorted((parent, daughter) for daughter, parent in found.items())
    return pa.table({
        "from_customer": strings(parent for parent, _ in pairs), "to_customer": strings(daughter for _, daughter in pairs),
        "kind": strings(["parent_organisation"] * len(pairs)), "weight": arrow([0.9] * len(pairs), pa.float64()),
    })  # fmt: skip


def _begins(parent: tuple[str, ...], daughter: tuple[str, ...]) -> bool:
    """Whether a name says more than another; a legal form, written out or letter by letter, says nothing more."""
    more = [word for word in daughter[len(parent) :] if len(word) > 1 and word not in _LEGAL_FORMS_IN_FULL]
    return len(parent) >= NAME_WORDS and daughter[: len(parent)] == parent and bool(more)


def _strongest(signs: Signs, found: Homestead) -> tuple[Floats, Any]:
    """For each person the strongest inferred bits that tie it to its household, and whether a source states a tie."""
    bits, stated = np.full(len(signs), -np.inf), np.zeros(len(signs), dtype=np.bool_)
    together = found.household[found.pairs.a] == found.household[found.pairs.b]
    for end in (found.pairs.a, found.pairs.b):
        inferred = together & found.joins & ~found.stated
        np.maximum.at(bits, end[inferred], found.bits[inferred])
        stated[end[together & found.stated]] = True
    return bits, stated


def _at_home_since(signs: Signs) -> Ints:
    """The day since when each person is known at its latest address; 0 where none is known."""
    homes, since = signs.homes, np.zeros(len(signs), dtype=np.int64)
    at = np.flatnonzero(homes.door & (homes.first > 0))
    order = at[np.lexsort((-homes.first[at], homes.last[at], homes.person[at]))]
    since[homes.person[order]] = homes.first[order]  # the latest of each person stays
    return since


def _days(days: Ints) -> Any:
    return pa.array(days.astype(np.int32), pa.int32(), mask=days == 0).cast(pa.date32())
