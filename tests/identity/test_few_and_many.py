"""Few values are read by Python, many by SQL and Python: a record says the same among few and among many."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.identity.bases import COLUMNS, project

from unequal import identity, storage
from unequal.identity import features, identifiers
from unequal.identity.steps import IN_PYTHON_AT_MOST, _features

SAID: list[dict[str, Any]] = [
    {"given": "Zo\u00eb  Ann", "family": "O'Neil-Lee", "mail": " ZOE@x.com", "tel": "(212) 555-0187", "card": "L-7", "born": "1978-11-13"},
    {
        "given": "Dr Jon V.",
        "family": "Mc Donald",
        "suffix": "Jr",
        "mail": "a@b",
        "tel": "1 212 555 0187",
        "card": " 99-99-99",
        "born": "11/13/1978",
    },
    {"full": "Yang, Mr. Jon", "tel": "+44 20 7946 0958", "born": "1900-01-01", "tax": "12-3456 7899", "card": "000"},
    {"full": "Hans  M\u00fcller III", "mail": "noreply@x.com", "tel": "011 1 212 555 0199", "born": "6-Jun-1978", "card": "a  b "},
    {"full": "unknown", "mail": "\u200bx@y.org", "tel": "0000000000", "born": "2150-01-01", "tax": "n/a", "card": "?"},
    {"full": "Lee", "given": " ", "tel": "555-0187", "born": "1978", "mail": f"{'a' * 70}@b.com"},
]


def rows(*, several: bool) -> list[dict[str, Any]]:
    alone = [{"id": f"a{at}", **said} for at, said in enumerate(SAID)]
    again = [{"id": f"a{(at + 1) % len(SAID)}", "seen": datetime(2026, 1, at + 1), **said} for at, said in enumerate(SAID)]
    return alone + (again + again if several else [])


def told(engine: storage.Engine, folder: Path, given: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What the steps make of the records a0 and on."""
    made = project(["crm"])
    folder.mkdir()
    identity.gather(engine, "crm", made.sources["crm"], rows=engine.rows(COLUMNS, given), project=made, folder=folder)
    numbered = engine.materialise(identifiers.numbered(engine.read(folder / "record.parquet")), "numbered")
    attributes = engine.read(folder / "person_attribute.parquet")
    best, others = _features(engine, numbered, attributes, features.wanted_of(made))
    in_order = ((best, ["number"]), (others, ["number", "feature", "value"]), (attributes, ["record_id", "attribute", "rank"]))
    return [
        [row for row in engine.fetch(table.order_by(*by)) if row.get("number", 0) < len(SAID) and row.get("record_id", "a") < "b"]
        for table, by in in_order
    ]


@pytest.mark.parametrize("several", [False, True])
def test_a_record_says_the_same_among_few_and_among_many(engine: storage.Engine, tmp_path: Path, *, several: bool) -> None:
    crowd = [{"id": f"b{at}", "full": f"ann x{at}"} for at in range(IN_PYTHON_AT_MOST + 1)]
    few = told(engine, tmp_path / "few", rows(several=several))
    many = told(engine, tmp_path / "many", rows(several=several) + crowd)
    assert few == many
    assert bool(few[1]) == several
