"""What would become of customers were a doubtful link otherwise: who might be one, and who would come apart."""

from __future__ import annotations

from typing import Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.stewardship.doubts import PAIR, pairs_of, unjudged
from unequal.terms.ids import SEPARATOR

MEMBER: Final = {"number": "int64", "source": "string", "record_id": "string", "customer_id": "string"}
SIDE: Final = {"number": "int64", "apart": "boolean"}


def pairs_not_ruled(edges: ibis.Table) -> ibis.Table:
    """Pairs on which no steward's word stands in the run: the columns of `pairs_of`.

    Args:
        edges: EDGE.
    """
    pairs = unjudged(pairs_of(edges), edges.filter(edges["basis"] == "verdict").select(*PAIR).distinct())
    return pairs.filter(pairs["refused_because"].isnull() | (pairs["refused_because"] != "verdict"))


def owned_pairs(pairs: ibis.Table, crosswalk: ibis.Table) -> ibis.Table:
    """Pairs with the customers of their records, customer_a and customer_b.

    Args:
        pairs: with the columns of PAIR.
        crosswalk: CUSTOMER_RECORD.
    """
    joined = pairs
    for side in ("a", "b"):
        owners = crosswalk.select(**{f"source_{side}": "source", f"record_id_{side}": "record_id", f"customer_{side}": "customer_id"})
        columns = joined.columns
        joined = joined.inner_join(owners, [f"source_{side}", f"record_id_{side}"]).select(*columns, f"customer_{side}")
    return joined


def maybe_one(doubtful: ibis.Table, crosswalk: ibis.Table) -> ibis.Table:
    """Customers who may be one.

    Args:
        doubtful: doubtful pairs of records, see `doubts.doubtful`.
        crosswalk: CUSTOMER_RECORD.

    Returns:
        customer_a, customer_b: each two once, the first in order of its id as `a`, however many of their records are doubted.
    """
    owned = owned_pairs(doubtful, crosswalk)
    apart = owned.filter(owned["customer_a"] != owned["customer_b"])
    a, b = apart["customer_a"], apart["customer_b"]
    # Grouped and not made distinct: Ibis cannot order what is distinct by a renamed column on Spark.
    pairs = apart.select(customer_a=ibis.least(a, b), customer_b=ibis.greatest(a, b)).group_by("customer_a", "customer_b")
    return pairs.aggregate(ties=lambda t: t.count()).select("customer_a", "customer_b")


def weakest_links(doubtful: ibis.Table, crosswalk: ibis.Table) -> ibis.Table:
    """The weakest doubtful link inside each customer that has one: by weight alone, with no exact identifier shared.

    Args:
        doubtful: doubtful pairs of records, see `doubts.doubtful`.
        crosswalk: CUSTOMER_RECORD.

    Returns:
        The columns of PAIR, and customer_id; one row a customer, ties by the records' ids.
    """
    owned = owned_pairs(doubtful.filter(doubtful["links"], doubtful["weighed"], doubtful["identifier"].isnull()), crosswalk)
    inside = owned.filter(owned["customer_a"] == owned["customer_b"])
    order = ibis.window(group_by="customer_a", order_by=[inside["weight"], *(inside[name] for name in PAIR)])
    placed = inside.mutate(place=ibis.row_number().over(order))
    return placed.filter(placed["place"] == 0).select(*PAIR, customer_id="customer_a")


def members_of(customers: ibis.Table, crosswalk: ibis.Table) -> ibis.Table:
    """The records of some customers, numbered from 0 in order of their names: MEMBER."""
    own = crosswalk.semi_join(customers, "customer_id")
    order = ibis.window(order_by=[own["source"], own["record_id"]])
    return own.mutate(number=ibis.row_number().over(order).cast("int64")).select(*MEMBER)


def numbered(pairs: ibis.Table, members: ibis.Table) -> ibis.Table:
    """Pairs both of whose records are members: their numbers `a` and `b`, and the first one's customer_id."""
    joined = pairs.select(*PAIR)
    for side in ("a", "b"):
        own = members.select(**{
            f"source_{side}": "source", f"record_id_{side}": "record_id", side: "number", f"customer_{side}": "customer_id",
        })  # fmt: skip
        columns = joined.columns
        joined = joined.inner_join(own, [f"source_{side}", f"record_id_{side}"]).select(*columns, side, f"customer_{side}")
    return joined.select("a", "b", customer_id="customer_a")


def parts_without(members: pa.Table, links: pa.Table, weakest: pa.Table) -> pa.Table:
    """How customers come apart when the weakest link of each is cut, whatever else still holds them together.

    Args:
        members: number (from 0, in order) and customer_id.
        links: a, b: all that links them, the weakest too.
        weakest: a, b, customer_id: the link to cut.

    Returns:
        SIDE: of customers who do come apart, each record, and whether it stays with the first record of the link that is cut.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(members)
    a, b = (np.asarray(links[side].to_numpy(), dtype=np.int64) for side in ("a", "b"))
    cut_a, cut_b = (np.asarray(weakest[side].to_numpy(), dtype=np.int64) for side in ("a", "b"))
    kept = ~np.isin(a * count + b, cut_a * count + cut_b)
    graph = coo_matrix((np.ones(int(kept.sum()), dtype=np.int8), (a[kept], b[kept])), shape=(count, count))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    row = np.asarray(pc.index_in(members["customer_id"], weakest["customer_id"].combine_chunks()).to_numpy(), dtype=np.int64)
    falls_apart = (label[cut_a] != label[cut_b])[row]
    apart = label == label[cut_a][row]
    return pa.table({"number": members["number"], "apart": pa.array(apart)}).filter(pa.array(falls_apart))


def parts_of(members: ibis.Table, sides: ibis.Table, weakest: ibis.Table) -> ibis.Table:
    """The parts of customers who would come apart, with what is cut.

    Args:
        members: MEMBER.
        sides: SIDE.
        weakest: see `weakest_links`.

    Returns:
        source, record_id, customer_id, apart, and cut: the two records of the link, in words.
    """
    shown = [weakest[f"source_{side}"].concat(":", weakest[f"record_id_{side}"].replace(SEPARATOR, "|")) for side in ("a", "b")]
    cuts = weakest.select("customer_id", cut=shown[0].concat(" and ", shown[1]))
    joined = members.inner_join(sides, "number").select(*members.columns, "apart").inner_join(cuts, "customer_id")
    return joined.select("source", "record_id", "customer_id", "apart", "cut")
