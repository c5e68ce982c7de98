"""What holds for every golden record, whatever the records say and whatever the rules."""

from __future__ import annotations

import random as randomness
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.identity.sayings import Said, golden, project

from unequal import storage
from unequal.config import Project
from unequal.config.storage import Storage
from unequal.identity.golden import rules_of
from unequal.terms.address_parts import ADDRESS_PARTS

RULES = ("verified", "source_trust", "agreement", "recency", "completeness")
# One example runs a query on an engine; shrinking would take minutes and tell little more than the rows it starts from.
few = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def engine_of_all() -> Iterator[storage.Engine]:
    with tempfile.TemporaryDirectory() as folder, storage.open_engine(Storage(threads=1), Path(folder)) as engine:
        yield engine


one = st.builds(
    dict,
    record=st.sampled_from(["crm:1", "crm:2", "crm:10", "shop:1", "shop:2", "billing:1"]),
    attribute=st.sampled_from(["email", "given_name", "birth_date", "street", "city", "loyalty"]),
    value=st.sampled_from(["a", "A", "bb", "ccc", "n/a"]),
    day=st.one_of(st.none(), st.integers(1, 4)),
    verified=st.sampled_from([None, False, True]),
)
orders = st.permutations(RULES).flatmap(lambda rules: st.integers(1, 5).map(lambda length: list(rules[:length])))
ways = st.fixed_dictionaries({
    "golden": st.dictionaries(st.sampled_from(["email", "given_name", "birth_date", "address"]), orders),
    "source_trust": st.sampled_from([[], ["shop", "crm"], {"crm": 2, "billing": 2}]),
})  # fmt: skip


def said_by(rows: Sequence[dict[str, Any]]) -> list[Said]:
    """Rows as PERSON_ATTRIBUTE has them: a value once for each record and attribute, the latest ranked first."""
    once = {(row["record"], row["attribute"], row["value"]): row for row in rows}
    found: list[Said] = []
    for row in sorted(once.values(), key=lambda row: (-(row["day"] or 0), row["value"])):
        rank = 1 + sum(said.record == row["record"] and said.attribute == row["attribute"] for said in found)
        customer = "ann" if row["record"].startswith("crm") else "bob"
        normalised = None if row["value"] == "n/a" else row["value"].lower()
        found.append(Said(**row, rank=rank, customer=customer, normalised=normalised))
    return found


@few
@given(rows=st.lists(one, max_size=25), way=ways, seed=st.integers(0, 99))
def test_every_attribute_that_is_given_has_one_golden_value_that_a_record_of_the_customer_gives_and_rows_have_no_order(
    engine_of_all: storage.Engine, rows: list[dict[str, Any]], way: dict[str, Any], seed: int
) -> None:
    said, rules = said_by(rows), project(**way)
    found = golden(engine_of_all, said, rules)
    assert found == golden(engine_of_all, randomness.Random(seed).sample(said, len(said)), rules)
    alone = {(row.customer, row.attribute) for row in said if row.attribute not in ADDRESS_PARTS}
    assert {key for key in found if key[1] not in ADDRESS_PARTS} == alone
    for (customer, attribute), row in found.items():
        ours = [one for one in said if (one.customer, one.attribute) == (customer, attribute)]
        assert (row["source"], row["record_id"], row["rank"], row["value"]) in {
            (one.source, one.record_id, one.rank, one.value) for one in ours
        }
        valid = {one.record for one in ours if one.valid}
        assert row["agreeing"] + row["conflicting"] == len(valid or ours)
        assert (row["value"] == "n/a") == (not valid)


@few
@given(rows=st.lists(one, max_size=25), way=ways)
def test_an_address_is_that_of_one_record_and_each_customer_with_one_has_one(
    engine_of_all: storage.Engine, rows: list[dict[str, Any]], way: dict[str, Any]
) -> None:
    said = said_by(rows)
    found = golden(engine_of_all, said, project(**way))
    for customer in {row.customer for row in said if row.attribute in ADDRESS_PARTS}:
        parts = {(row["source"], row["record_id"]) for (who, name), row in found.items() if who == customer and name in ADDRESS_PARTS}
        assert len(parts) == 1


@few
@given(rows=st.lists(one, max_size=25), way=ways)
def test_the_golden_value_and_its_rule_are_those_of_the_rules_taken_one_by_one(
    engine_of_all: storage.Engine, rows: list[dict[str, Any]], way: dict[str, Any]
) -> None:
    said, rules = said_by(rows), project(**way)
    for (customer, attribute), row in golden(engine_of_all, said, rules).items():
        if attribute not in ADDRESS_PARTS:
            ours = [one for one in said if (one.customer, one.attribute) == (customer, attribute)]
            winner, rule = by_elimination(ours, rules, attribute)
            assert (row["source"], row["record_id"], row["rank"], row["rule"]) == (winner.source, winner.record_id, winner.rank, rule)


def by_elimination(said: list[Said], rules: Project, attribute: str) -> tuple[Said, str]:
    """The same choice in the plainest way: each rule in turn keeps those that fare best by it."""

    def fares(one: Said, rule: str) -> Any:
        if rule == "agreement":
            return len({other.record for other in said if other.valid == one.valid})
        return {
            "sound": one.valid is not None, "verified": bool(one.verified), "source_trust": rules.identity.trust(one.source),
            "recency": one.day or 0, "completeness": len(one.valid or one.value),
        }[rule]  # fmt: skip

    left, told = said, "undisputed"
    for rule in ("sound", *rules_of(rules).get(attribute, rules_of(rules)[""])):
        if len({one.valid or one.value for one in left}) > 1:
            told = rule
        best = max(fares(one, rule) for one in left)
        left = [one for one in left if fares(one, rule) == best]
    told = "order" if len({one.valid or one.value for one in left}) > 1 else told
    return min(left, key=lambda one: (one.source, one.record_id, one.rank)), told
