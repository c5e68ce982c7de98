"""A few records beside one that is asked for: weighed as in the whole base, whatever these few do not know."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from unequal.identity.lookup.match_keys import for_callers
from unequal.identity.matching.coding import coded_records
from unequal.identity.matching.index import MatchIndex, asked_for
from unequal.identity.matching.levels import variants_of
from unequal.identity.matching.training import Budget, learn

FEATURES = ("given", "family", "street", "house_number", "postcode", "phone")


def base(count: int = 120) -> pa.Table:
    """Two records of each person; of every third no house number, of every fourth no postcode."""
    rows = [
        {"given": f"given{at % 17}x", "family": f"family{at % 23}x", "street": f"{chr(97 + at % 9)}{chr(97 + at % 7)}lane st",
         "house_number": None if at % 3 == 0 else str(at), "postcode": None if at % 4 == 0 else f"89{at % 30:03}", "phone": f"+1702555{at:04}"}
        for at in range(count) for _ in range(2)
    ]  # fmt: skip
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in FEATURES})


@pytest.mark.parametrize("others", [(), (("phone", "+17025550007"), ("street", "zzlane st"))])
def test_pairs_weigh_the_same_whichever_records_stand_beside_them(others):
    table = base()
    further = pa.table({"number": pa.array([24] * len(others), pa.int64()), "feature": pa.array([name for name, _ in others], pa.string()),
                        "value": pa.array([value for _, value in others], pa.string())})  # fmt: skip
    records = coded_records(table, FEATURES, further)
    model = learn("person", records, Budget()).model
    index = MatchIndex.of(model, records)
    rows = table.to_pylist()
    for at in (0, 12, 13, 24, 100):
        said = {name: value for name, value in rows[at].items() if value is not None}
        alone = np.array([1, 24, 25, 26, 150], dtype=np.int64)
        alone = alone[alone != at]
        if at == 24 and others:
            continue  # the record has values that are not asked for
        asked = asked_for([said], FEATURES)
        for few in (alone, alone[:1], alone[-1:]):
            found = index.weigh(asked, np.zeros(len(few), dtype=np.int64), few).total
            whole = model.weights(variants_of(records), np.full(len(few), at), few)
            assert found == pytest.approx(whole, abs=1e-9)


def test_a_further_value_of_a_record_finds_it_too():
    further = pa.table({"number": [24], "feature": ["phone"], "value": ["+19998880000"]})
    records = coded_records(base(), FEATURES, further)
    index = MatchIndex.of(for_callers(learn("person", records, Budget()).model), records)
    _, found = index.candidates(asked_for([{"phone": "+19998880000"}], FEATURES))
    assert found.tolist() == [24]
