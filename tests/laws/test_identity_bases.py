"""What holds for whole bases, whatever the extracts: order, batches and repetition decide nothing."""

from __future__ import annotations

import random as randomness
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.identity.bases import DAY_ONE, DAY_TWO, Base, parts, project

from unequal import storage
from unequal.config.storage import Storage

ATTRIBUTES = {"given_name": "given", "birth_date": "born", "email": "mail", "phone": "tel"}
PROJECT = project(
    records={"crm": {"attributes": ATTRIBUTES}, "billing": {"attributes": ATTRIBUTES, "deduplicated": True}}, shared_by_at_most=3
)


@pytest.fixture(scope="module")
def engine_of_all() -> Iterator[storage.Engine]:
    with tempfile.TemporaryDirectory() as folder, storage.open_engine(Storage(threads=1), Path(folder)) as engine:
        yield engine


maybe = {
    "mail": st.sampled_from([None, "a@x.com", "A@X.com ", "b@x.com", "c@x.com", "unknown"]),
    "tel": st.sampled_from([None, "212-555-0187", "+1 (212) 555 0187", "212-555-0188"]),
    "card": st.sampled_from([None, None, "7", "8"]),
    "given": st.sampled_from([None, "Ann", "ANN", "Bob", "Zo\u00eb", "Zoe"]),
    "born": st.sampled_from([None, None, "1970-02-01", "1971-02-01"]),
}
rows = st.lists(st.fixed_dictionaries(maybe), max_size=9)


def extract(crm: list[dict[str, Any]], billing: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {
        "crm": [{"id": f"c{at}", **row} for at, row in enumerate(crm)],
        "billing": [{"id": f"b{at}", **row} for at, row in enumerate(billing)],
    }


# One example runs whole steps on an engine; shrinking would take minutes and tell little more than the rows it starts from.
few = settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))


def fresh(engine: storage.Engine) -> Base:
    return Base(engine, Path(tempfile.mkdtemp(dir=engine.scratch)), PROJECT)


@few
@given(crm=rows, billing=rows, seed=st.integers(0, 99))
def test_the_order_of_rows_decides_neither_who_is_one_nor_their_ids(
    engine_of_all: storage.Engine, crm: Any, billing: Any, seed: int
) -> None:
    given_rows = extract(crm, billing)
    shuffled = {name: randomness.Random(seed).sample(some, len(some)) for name, some in given_rows.items()}
    assert fresh(engine_of_all).run(given_rows) == fresh(engine_of_all).run(shuffled)


@few
@given(crm=rows, billing=rows, cut=st.integers(0, 9))
def test_extracts_that_come_one_after_another_make_the_customers_of_a_full_run_and_then_rest(
    engine_of_all: storage.Engine, crm: Any, billing: Any, cut: int
) -> None:
    whole = extract(crm, billing)
    base = fresh(engine_of_all)
    base.run({name: some[:cut] for name, some in whole.items()}, DAY_ONE)
    members = base.run(whole, DAY_TWO)
    assert parts(members) == parts(fresh(engine_of_all).run(whole))
    customers = {row["customer_id"]: row["records"] for row in base.table("customer")}
    assert len(members) == len(crm) + len(billing) == sum(customers.values())
    assert set(customers) == set(members.values())
    assert base.run(whole, DAY_TWO) == members
    assert base.table("customer_event") == base.table("customer_redirect") == []
