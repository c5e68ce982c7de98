"""One customer as a graph: what links its records, what was refused, and how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.flow.looking import customers, edit, run

from unequal import flow
from unequal.terms.errors import AnswerError

EDGE = {
    "source_a": "string", "record_id_a": "string", "source_b": "string", "record_id_b": "string", "basis": "string",
    "identifier": "string", "weight": "float64", "links": "boolean", "refused_because": "string",
}  # fmt: skip
CUSTOMER_RECORD = {
    "customer_id": "string", "source": "string", "record_id": "string", "since": "date", "match_weight": "float64", "seen": "boolean",
}  # fmt: skip


def edge(
    pair: str, basis: str, weight: float | None = None, *, identifier: str | None = None, refused: str | None = None, links: bool = True
):
    """An edge between two records of the CRM: edge("1 3", ...)."""
    a, b = pair.split()
    return {"source_a": "crm", "record_id_a": a, "source_b": "crm", "record_id_b": b, "basis": basis, "identifier": identifier, "weight": weight,
            "links": links and refused is None, "refused_because": refused}  # fmt: skip


@contextmanager
def opened(folder: Path) -> Iterator[flow.reading.OpenBase]:
    with flow.open_base(flow.open_project(folder, {})) as base:
        yield base


@contextmanager
def opened_with(folder: Path, edges: Sequence[Mapping[str, Any]], *groups: str) -> Iterator[flow.reading.OpenBase]:
    """Yesterday's base with other edges, and other customers named after their first record."""
    with opened(folder) as found:
        engine = found.engine
        members = [
            {"customer_id": f"c_{group.split()[0]}", "source": "crm", "record_id": record, "seen": record != "77"}
            for group in groups for record in group.split()
        ]  # fmt: skip
        tables = {"customer_record": engine.rows(CUSTOMER_RECORD, members), "edge": engine.rows(EDGE, edges)}
        yield replace(found, base=replace(found.base, tables={**found.base.tables, **tables}))


TRIANGLE_AND_TAIL = [
    edge("1 2", "weight", 14.0), edge("2 3", "weight", 9.0), edge("1 3", "weight", 11.0), edge("1 3", "identifier", 12.5, identifier="email"),
    edge("3 4", "weight", 8.5), edge("1 4", "weight", 2.0, links=False), edge("2 4", "identifier", 12.0, identifier="phone", refused="names"),
    edge("4 9", "weight", 7.9, refused="birth_dates"), edge("5 3", "weight", 6.0, links=False),
]  # fmt: skip


def test_the_graph_marks_the_only_link_draws_the_strongest_and_gathers_the_evidence_of_a_pair(yesterday: Path) -> None:
    with opened_with(yesterday, TRIANGLE_AND_TAIL, "1 2 3 4", "9", "5") as base:
        found = flow.examining.customer_graph(base, "crm:4")
    assert [
        (row["record_a"], row["record_b"], row["weight"], row["only_link"], row["cuts_off"], row["in_tree"]) for row in found.edges
    ] == [
        ("crm:1", "crm:2", 14.0, False, 0, True),
        ("crm:1", "crm:3", 12.5, False, 0, True),
        ("crm:2", "crm:3", 9.0, False, 0, False),
        ("crm:3", "crm:4", 8.5, True, 1, True),
    ]
    assert [row["basis"] for row in found.edges[1]["evidence"]] == ["identifier", "weight"]
    assert [(row["record"], row["depth"]) for row in found.tree] == [("crm:1", 0), ("crm:2", 1), ("crm:3", 1), ("crm:4", 2)]


def test_refused_links_and_neighbours_say_why(yesterday: Path) -> None:
    with opened_with(yesterday, TRIANGLE_AND_TAIL, "1 2 3 4", "9", "5") as base:
        found = flow.examining.customer_graph(base, "crm:1")
    assert [(row["record_a"], row["record_b"], row["refused_because"]) for row in found.refused] == [
        ("crm:1", "crm:4", "too little evidence"), ("crm:2", "crm:4", "names"),
    ]  # fmt: skip
    assert [(row["record"], row["neighbour"], row["customer_id"], row["refused_because"], row["weight"]) for row in found.neighbours] == [
        ("crm:4", "crm:9", "c_9", "birth_dates", 7.9), ("crm:3", "crm:5", "c_5", "too little evidence", 6.0),
    ]  # fmt: skip


def test_a_verdict_has_no_weight_and_is_drawn_before_all_that_has(yesterday: Path) -> None:
    edges = [edge("1 2", "weight", 30.0), edge("2 3", "weight", 20.0), edge("1 3", "verdict"), edge("1 4", "weight", 9.0)]
    with opened_with(yesterday, edges, "1 2 3", "4") as base:
        found = flow.examining.customer_graph(base, "crm:1")
    assert {(row["record_a"], row["record_b"]) for row in found.edges if row["in_tree"]} == {("crm:1", "crm:2"), ("crm:1", "crm:3")}
    assert [row["refused_because"] for row in found.neighbours] == ["settled elsewhere"]


def test_a_record_that_no_link_holds_any_more_stands_alone(yesterday: Path) -> None:
    with opened_with(yesterday, [edge("1 2", "weight", 9.0)], "1 2 77") as base:
        found = flow.examining.customer_graph(base, "crm:77")
    assert [(row["record"], row["depth"]) for row in found.tree] == [("crm:1", 0), ("crm:2", 1), ("crm:77", 0)]
    gone = found.nodes[-1]
    assert (gone["record"], gone["seen"], gone["kind"], gone["is_test"]) == ("crm:77", False, None, None)


def test_the_history_of_a_customer_tells_of_the_one_that_was_merged_into_it(company: Path) -> None:
    before = customers(company)
    edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", "4,Bert Brook,bert@bakery.example,AT"))
    run(company)
    kept = customers(company)["4"]
    with opened(company) as base:
        found = flow.examining.customer_graph(base, before["4"] if before["4"] != kept else before["2"])
    assert found.customer_id == kept != found.asked_for
    moved = "4" if before["4"] != kept else "2"
    assert [(row["kind"], row["record"]) for row in found.history] == [
        ("founded", "crm:2"),
        ("founded", "crm:4"),
        ("merged", f"crm:{moved}"),
    ]
    assert (found.history[-1]["from_customer"], found.history[-1]["to_customer"]) == (before[moved], kept)
    assert found.history[0]["published_at"] < found.history[-1]["published_at"]
    assert {name for name in found.history[-1] if name.startswith("from")} == {"from_customer"}


def test_nobody_is_told_so(yesterday: Path) -> None:
    with opened(yesterday) as base, pytest.raises(AnswerError, match="ANS005"):
        flow.examining.customer_graph(base, "crm:404")
