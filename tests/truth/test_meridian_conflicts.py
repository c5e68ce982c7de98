"""Customers caught between opposed campaigns, held against those whom Meridian planted there."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from unequal import answers, flow

CODES = {
    "spring_letter": "SPR23", "care_plan_by_phone": "CARE23", "twenty_off": "BLAST24", "serve_yourself": "SELF24",
    "premium_by_phone": "PREM25", "shorter_calls": "HASTE25",
}  # fmt: skip


def test_those_who_are_caught_are_those_whom_opposed_campaigns_reached(meridian: tuple[Path, flow.reading.OpenBase]) -> None:
    folder, opened = meridian
    found = answers.answer("conflicts", opened.base)
    entity = {(row["source"], row["record_id"]): row["entity_id"] for row in pq.read_table(folder / "truth" / "record.parquet").to_pylist()}
    who: dict[str, set[str]] = {}
    for row in opened.base.fetch(opened.base.table("customer_record").select("customer_id", "source", "record_id")):
        who.setdefault(str(row["customer_id"]), set()).add(entity[(row["source"], row["record_id"])])
    caught = {
        (frozenset((CODES[row["programme"]], CODES[row["against"]])), one)
        for row in found.tables["caught"].to_pylist() for one in who[row["customer_id"]]
    }  # fmt: skip
    planted = {
        (frozenset((row["campaign"], row["against"])), row["customer_id"])
        for row in pq.read_table(folder / "truth" / "conflict.parquet").to_pylist()
    }
    # A customer that is taken for two, or two for one, is caught once more or once less.
    assert len(caught & planted) >= 0.95 * len(planted) > 0
    assert len(caught & planted) >= 0.95 * len(caught)
