"""Sums of mentions, and since when customers are known, are the same on DuckDB and on Spark."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from unequal import storage
from unequal.value.mentions.sums import spoken
from unequal.value.prospects.sums import contacts_before, first_known, own_attributes

CONTACTS = {"customer_id": "string", "contact": "string", "occurred_on": "date", "reach": "int64", "kindness": "decimal(7, 6)"}
JANUARY, MARCH = date(2026, 1, 5), date(2026, 3, 5)


def contact(who: str, what: str, day: date | None, reach: int | None, kindness: str | None) -> dict[str, Any]:
    judged = None if kindness is None else Decimal(kindness)
    return {"customer_id": who, "contact": what, "occurred_on": day, "reach": reach, "kindness": judged}


ROWS = [
    contact("ann", "mention", JANUARY, 1000, "0.5"), contact("ann", "mention", JANUARY, 100, "-0.2"), contact("ann", "mention", MARCH, 10, "1"),
    contact("bob", "mention", JANUARY, 7, None), contact("bob", "mention", JANUARY, None, "1"), contact("bob", "call", JANUARY, 99, "1"),
    contact("unassigned", "mention", JANUARY, 3, "1"), contact("bob", "mention", None, 5, "1"),
]  # fmt: skip


def test_mentions_are_summed_by_who_spoke_and_day_and_those_against_bring_nobody(engine: storage.Engine) -> None:
    found = engine.fetch(spoken(engine.rows(CONTACTS, ROWS), "mention", first=date(2026, 1, 1), until=MARCH).order_by("customer_id"))
    assert [tuple(row.values()) for row in found] == [
        ("ann", JANUARY, 2, 1100, 1100, 500.0, 480.0), ("bob", JANUARY, 1, 7, 0, 0.0, 0.0), ("unassigned", JANUARY, 1, 3, 3, 3.0, 3.0),
    ]  # fmt: skip


def test_contacts_are_counted_before_a_morning_and_of_customers_alone(engine: storage.Engine) -> None:
    found = engine.fetch(contacts_before(engine.rows(CONTACTS, ROWS), MARCH).order_by("customer_id", "contact"))
    assert [tuple(row.values()) for row in found] == [("ann", "mention", 2), ("bob", "call", 1), ("bob", "mention", 2)]


def test_a_source_knows_a_customer_since_the_earliest_day_that_a_record_gives(engine: storage.Engine) -> None:
    owners = [("ann", "web", "1"), ("ann", "web", "2"), ("ann", "shop", "3"), ("bob", "web", "4"), ("tim", "web", "5")]
    crosswalk = engine.rows(
        {"customer_id": "string", "source": "string", "record_id": "string"},
        [{"customer_id": who, "source": source, "record_id": number} for who, source, number in owners],
    )
    records = engine.rows(
        {"source": "string", "record_id": "string", "observed_at": "timestamp(6)", "is_test": "boolean"},
        [
            {
                "source": source,
                "record_id": number,
                "observed_at": datetime(2025, 6, 1, 12) if number in "15" else None,
                "is_test": who == "tim",
            }
            for who, source, number in owners
        ],
    )
    said = [
        ("web", "2", "since", "2025-05-01"),
        ("shop", "3", "since", None),
        ("web", "1", "since", "2025-07-01"),
        ("web", "1", "trade", "tea"),
    ]
    attributes = engine.rows(
        {"source": "string", "record_id": "string", "attribute": "string", "value_normalised": "string"},
        [dict(zip(("source", "record_id", "attribute", "value_normalised"), row, strict=True)) for row in said],
    )
    found = engine.fetch(first_known(crosswalk, records, attributes).order_by("customer_id", "source"))
    assert [tuple(row.values()) for row in found] == [("ann", "shop", None), ("ann", "web", "2025-05-01"), ("bob", "web", None)]
    own = engine.fetch(own_attributes(crosswalk, attributes, ["trade"]))
    assert [tuple(row.values()) for row in own] == [("ann", "trade", "tea")]
