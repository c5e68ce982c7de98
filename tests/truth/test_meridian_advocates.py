"""Who brought whom in Meridian, held against who did; and the planted consultants who introduced organisations."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from unequal import answers, flow
from unequal.answers import bringing


def test_who_is_said_to_have_brought_whom_did_and_the_best_introducer_is_found(meridian: tuple[Path, flow.reading.OpenBase]) -> None:
    folder, opened = meridian
    truth = folder / "truth"
    entity = {(row["source"], row["record_id"]): row["entity_id"] for row in pq.read_table(truth / "record.parquet").to_pylist()}
    who: dict[str, set[str]] = {}
    for row in opened.base.fetch(opened.base.table("customer_record").select("customer_id", "source", "record_id")):
        who.setdefault(str(row["customer_id"]), set()).add(entity[(row["source"], row["record_id"])])
    found = [
        {(one, other) for one in who[str(row["from_customer"])] for other in who[str(row["to_customer"])]}
        for row in opened.base.fetch(bringing.ties(opened.base))
    ]
    firms = {
        (row["introducer_id"], row["organisation_id"])
        for row in pq.read_table(truth / "organisation.parquet").to_pylist()
        if row["introducer_id"]
    }
    brought = {(row["from_id"], row["to_id"]) for row in pq.read_table(truth / "referral.parquet").to_pylist()} | firms
    assert sum(1 for pairs in found if pairs & brought) >= 0.95 * len(found) > 0

    planted, most = Counter(one for one, _ in firms).most_common(1)[0]
    told = answers.answer("advocates", opened.base).tables["bringers"].to_pylist()
    assert any(planted in who[row["customer_id"]] and row["organisations"] >= most - 1 for row in told)
