"""Who may be one, and who would come apart along the weakest link."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

from unequal import identity
from unequal.identity.stewardship.links_in_doubt import parts_without
from unequal.identity.tables import CUSTOMER_RECORD, EDGE, MATCH_FIGURE


def edges_of(engine, text):
    """Edges as `a b basis weight links refused identifier`, of the source crm; a dot is absent."""
    rows = []
    for line in text.split("\n"):
        if line.strip():
            a, b, basis, weight, links, refused, identifier = (None if word == "." else word for word in line.split())
            rows.append({
                "source_a": "crm", "record_id_a": a, "source_b": "crm", "record_id_b": b, "basis": basis, "identifier": identifier,
                "weight": None if weight is None else float(weight), "links": links == "yes", "refused_because": refused,
            })  # fmt: skip
    return engine.rows(EDGE.types, rows)


def crosswalk_of(engine, **customers):
    rows = [
        dict.fromkeys(CUSTOMER_RECORD.types) | {"source": "crm", "record_id": record, "customer_id": name}
        for name, records in customers.items()
        for record in records
    ]
    return engine.rows(CUSTOMER_RECORD.types, rows)


def in_doubt(engine, text, **customers):
    settled = [
        {"kind": kind, "name": "link_from", "place": 0, "value": value, "text": None}
        for kind, value in (("person", 9.5), ("organisation", 20.0))
    ]
    found = identity.steps.in_doubt(
        engine,
        edges=edges_of(engine, text),
        figures=engine.rows(MATCH_FIGURE.types, settled),
        customer_record=crosswalk_of(engine, **customers),
    )
    parts = engine.fetch(found.parts)
    apart = {(row["customer_id"], row["cut"]): {r["record_id"] for r in parts if r["apart"] and r["cut"] == row["cut"]} for row in parts}
    return [tuple(row.values()) for row in engine.fetch(found.maybe_one.order_by("customer_a"))], apart


def test_customers_may_be_one_by_near_weights_and_refusals_and_come_apart_along_the_weakest_link(engine):
    found = in_doubt(
        engine,
        """
        1 2 weight 10 yes . .
        2 3 weight 30 yes . .
        3 4 weight 9 no . .
        3 5 weight 1 no . .
        4 5 identifier . no deduplicated tax_id
        """,
        ann="123", bea="4", cleo="5",
    )  # fmt: skip
    assert found == ([("ann", "bea"), ("bea", "cleo")], {("ann", "crm:1 and crm:2"): {"1"}})


def test_a_customer_held_together_otherwise_does_not_come_apart(engine):
    text = """
        1 2 weight 10 yes . .
        2 3 weight 30 yes . .
        1 3 weight 11 yes . .
        """
    assert in_doubt(engine, text, ann="123") == ([], {})
    by_identifier = """
        1 2 weight 10 yes . .
        1 2 identifier . yes . tax_id
        """
    assert in_doubt(engine, by_identifier, ann="12") == ([], {})


def test_the_weakest_link_of_a_base_is_in_no_doubt_where_it_is_far_above_the_threshold(engine):
    assert in_doubt(engine, "1 2 weight 15 yes . .", ann="12") == ([], {})


def test_what_a_steward_has_ruled_is_in_no_doubt(engine):
    text = """
        1 2 weight 10 yes . .
        1 2 verdict . yes . .
        3 4 weight 10.5 yes . .
        2 3 weight 9 no verdict .
        2 3 verdict . no verdict .
        """
    assert in_doubt(engine, text, ann="12", bea="34") == ([], {("bea", "crm:3 and crm:4"): {"3"}})


def test_a_base_without_any_edge_has_nothing_in_doubt(engine):
    assert in_doubt(engine, "", ann="12") == ([], {})


@given(pairs=lists(tuples(integers(0, 6), integers(0, 6)).filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=10, unique=True))
def test_parts_are_those_of_the_group_without_the_link(pairs):
    """Held against walking from one end; two links between the same two are one in what is cut."""
    members = pa.table({"number": pa.array(range(7), pa.int64()), "customer_id": ["ann"] * 7})
    links = pa.table({side: pa.array([pair[n] for pair in pairs], pa.int64()) for n, side in enumerate("ab")})
    (a, b), *others = pairs
    found = parts_without(members, links, pa.table({"a": [a], "b": [b], "customer_id": ["ann"]}))
    reached = {a}
    for _ in range(7):
        reached |= {y for pair in others for x, y in (pair, pair[::-1]) if x in reached}
    expected = {} if b in reached else {n: n in reached for n in range(7)}
    assert dict(zip(found["number"].to_pylist(), found["apart"].to_pylist(), strict=True)) == expected
