"""One customer as a graph: its records, the links that make them one, those that were refused, and how it came about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import ibis

from unequal import identity
from unequal.flow.examining import find_customer
from unequal.flow.reading import OpenBase
from unequal.terms.ids import SEPARATOR, record_name

Rows = Sequence[Mapping[str, Any]]

TOO_LITTLE: Final = "too little evidence"
"""Why two records are not linked where nothing speaks against it."""
SETTLED: Final = "settled elsewhere"
"""Why two records that have a link are two customers still: others of theirs may not meet."""


@dataclass(frozen=True)
class CustomerGraph:
    """The records of a customer and what links them.

    Args:
        customer_id: under which the customer stands today.
        asked_for: the id or record that was asked for.
        nodes: record, source, record_id, kind, since, match_weight, seen, is_test; kind and is_test are absent for
            a record that is no longer delivered.
        edges: the pairs of its records that are linked: record_a, record_b, evidence (basis, identifier and weight of each
            edge between the two), weight (the strongest; None for certain), only_link (without it the customer falls apart),
            cuts_off (records on the smaller side, 0 where others hold it), in_tree.
        refused: pairs of its own records whose link was not taken, and why.
        neighbours: records of other customers that nearly joined: record, neighbour, customer_id, evidence, refused_because.
        history: how it came about, oldest first: published_at, run_id, kind, record, from_customer, to_customer.
        tree: the strongest links as a tree, from the top down: record, depth, edge (its place in `edges`).
    """

    customer_id: str
    asked_for: str
    nodes: Rows
    edges: Rows
    refused: Rows
    neighbours: Rows
    history: Rows
    tree: Rows


def customer_graph(opened: OpenBase, asked: str) -> CustomerGraph:
    """The graph of one customer, by its id, an id it had before, or `source:record_id`.

    Raises:
        AnswerError: ANS005, nobody is known by that id.
    """
    customer_id = find_customer(opened, asked)
    nodes = _nodes(opened, customer_id)
    edges = [
        _named(row) for row in opened.base.fetch(edges_of(opened.base.table("edge"), opened.base.table("customer_record"), customer_id))
    ]
    inside = [row for row in edges if row["customer_a"] == row["customer_b"]]
    pairs = _pairs(row for row in inside if row["links"])
    drawn, tree = _drawn(nodes, pairs)
    history = [_event(asdict(event)) for event in opened.state.history(customer_id)]
    return CustomerGraph(
        customer_id=customer_id,
        asked_for=asked,
        nodes=nodes,
        edges=drawn,
        refused=[{**row, "refused_because": _reason(row)} for row in _pairs(row for row in inside if not row["links"]).values()],
        neighbours=[_neighbour(row, customer_id) for row in _pairs(row for row in edges if row not in inside).values()],
        history=history,
        tree=tree,
    )


def edges_of(edges: ibis.Table, customer_records: ibis.Table, customer_id: str) -> ibis.Table:
    """The edges with a record of one customer at either end.

    Args:
        edges: EDGE.
        customer_records: CUSTOMER_RECORD.
        customer_id: whose.

    Returns:
        EDGE, and customer_a, customer_b: whose its records are.
    """
    whole = edges
    for end in ("a", "b"):
        holder = customer_records.select(
            **{f"source_{end}": "source", f"record_id_{end}": "record_id", f"customer_{end}": "customer_id"}
        )  # fmt: skip
        whole = whole.inner_join(holder, [f"source_{end}", f"record_id_{end}"]).select(*whole.columns, f"customer_{end}")
    found = whole.filter((whole.customer_a == customer_id) | (whole.customer_b == customer_id))
    return found.order_by("source_a", "record_id_a", "source_b", "record_id_b", "basis", "identifier")


def _nodes(opened: OpenBase, customer_id: str) -> list[dict[str, Any]]:
    crosswalk, records = opened.base.table("customer_record"), opened.base.table("record")
    owned = crosswalk.filter(crosswalk["customer_id"] == customer_id)
    known = owned.left_join(records, ["source", "record_id"]).select(*owned.columns, "kind", "is_test")
    rows = opened.base.fetch(known.order_by("since", "source", "record_id"))
    return [
        {"record": _name(row["source"], row["record_id"]), **{name: value for name, value in row.items() if name != "customer_id"}}
        for row in rows
    ]


def _name(source: Any, record_id: Any) -> str:
    return record_name(str(source), str(record_id).replace(SEPARATOR, "|"))


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    ends = {f"record_{end}": _name(row[f"source_{end}"], row[f"record_id_{end}"]) for end in ("a", "b")}
    kept = ("basis", "identifier", "weight", "links", "refused_because", "customer_a", "customer_b")
    return {**ends, **{name: row[name] for name in kept}}


def _pairs(edges: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Each pair of records once, with all the evidence between the two."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in edges:
        pair = found.setdefault((row["record_a"], row["record_b"]), {**row, "evidence": []})
        pair["evidence"].append({name: row[name] for name in ("basis", "identifier", "weight")})
        pair["refused_because"] = pair["refused_because"] or row["refused_because"]
        pair["links"] = pair["links"] or row["links"]
        pair["weight"] = _stronger(pair["weight"], row["weight"])
    return {names: {name: value for name, value in pair.items() if name not in {"basis", "identifier"}} for names, pair in found.items()}


def _stronger(one: float | None, other: float | None) -> float | None:
    # An exact identifier and a steward's verdict have no weight: nothing is stronger.
    return None if one is None or other is None else max(one, other)


def _drawn(nodes: Rows, pairs: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The customer's links with what hangs on each, and the strongest of them as a tree."""
    number = {str(node["record"]): at for at, node in enumerate(nodes)}
    links = [
        identity.graph.Link(number[a], number[b], math.inf if row["weight"] is None else float(row["weight"]))
        for (a, b), row in pairs.items()
    ]
    only = identity.graph.bridges(len(nodes), links)
    forest = identity.graph.spanning_forest(len(nodes), links)
    in_tree = {branch.link for branch in forest}
    shown = ("record_a", "record_b", "evidence", "weight")
    edges = [
        {**{name: row[name] for name in shown}, "only_link": at in only, "cuts_off": only.get(at, 0), "in_tree": at in in_tree}
        for at, row in enumerate(pairs.values())
    ]
    return edges, [{"record": nodes[branch.node]["record"], "depth": branch.depth, "edge": branch.link} for branch in forest]


def _reason(row: Mapping[str, Any]) -> str:
    return str(row["refused_because"] or (SETTLED if row["links"] else TOO_LITTLE))


def _neighbour(row: Mapping[str, Any], customer_id: str) -> dict[str, Any]:
    ours, other = ("a", "b") if row["customer_a"] == customer_id else ("b", "a")
    return {
        "record": row[f"record_{ours}"],
        "neighbour": row[f"record_{other}"],
        "customer_id": row[f"customer_{other}"],
        "evidence": row["evidence"],
        "weight": row["weight"],
        "refused_because": _reason(row),
    }


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in event.items() if name not in {"source", "record_id", "from_customer", "to_customer"}}
    return {
        **told,
        "record": _name(event["source"], event["record_id"]),
        "from_customer": event["from_customer"],
        "to_customer": event["to_customer"],
    }
