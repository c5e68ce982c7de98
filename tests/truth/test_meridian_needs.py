"""Groups of needs held against the kinds of customers that Meridian plants; and the same answer wherever it is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import unequal
from unequal import answers, flow
from unequal.cli import main
from unequal.terms.errors import AnswerError

BARGAINS = "buys at deep discounts"


def kinds_of_customers(folder: Path, base: answers.Base) -> dict[str, str]:
    """The planted kind of each customer who has an account in the shop."""
    truth = folder / "truth"
    entity = {(row["source"], row["record_id"]): row["entity_id"] for row in pq.read_table(truth / "record.parquet").to_pylist()}
    kind = {row["customer_id"]: row["kind"] for row in pq.read_table(truth / "customer_process.parquet").to_pylist()}
    records = base.table("customer_record")
    rows = base.fetch(records.filter(records["source"] == "shop_customers").select("customer_id", "source", "record_id"))
    return {str(row["customer_id"]): kind.get(entity[(row["source"], row["record_id"])], "test account") for row in rows}


def test_the_bargain_hunters_that_were_planted_are_a_group_that_stands(meridian: tuple[Path, flow.reading.OpenBase]) -> None:
    folder, opened = meridian
    kinds = kinds_of_customers(folder, opened.base)
    table = opened.base.table("customer_needs")
    told = {str(row["customer_id"]): row["needs_group"] for row in opened.base.fetch(table.filter(table["needs_group"].notnull()))}
    named = [kinds.get(customer) for customer, group in told.items() if group == BARGAINS]
    planted = [customer for customer in told if kinds.get(customer) == "bargain"]
    assert named.count("bargain") >= 0.9 * len(named) > 0
    assert sum(told[customer] == BARGAINS for customer in planted) >= 0.9 * len(planted)


def test_they_are_named_with_their_loss_and_are_otherwise_than_their_band_alone_says(meridian: tuple[Path, flow.reading.OpenBase]) -> None:
    answer = answers.answer("needs", meridian[1].base)
    groups = {row["needs_group"]: row for row in answer.tables["groups"].to_pylist()}
    assert BARGAINS in answer.sentence
    assert groups[BARGAINS]["amount"] < 0
    assert 0.75 <= groups[BARGAINS]["jaccard_expected"] <= 1
    bands = answer.tables["bands"].to_pylist()
    assert sum(row["customers"] for row in bands) == answer.figure("told").value
    # Customers below zero are of more than one group: a band does not say why.
    assert len({row["needs_group"] for row in bands if row["band"] == "unprofitable"}) > 1


@pytest.mark.parametrize("narrowed", [{}, {"where": "kind = 'person'", "by": "country"}])
def test_python_and_the_command_line_tell_the_same(published_meridian: Path, narrowed: dict[str, str]) -> None:
    answer = unequal.open(published_meridian).ask("needs", **narrowed).answer
    options = [text for name, value in narrowed.items() for text in (f"--{name}", value)]
    found = CliRunner().invoke(main, ["-C", str(published_meridian), "ask", "needs", "--json", *options])
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["sentence"], told["findings"], told["drill_down"]) == (answer.sentence, list(answer.findings), answer.drill_down)
    for name, table in answer.tables.items():
        assert len(told["tables"][name]) == len(table), name


def test_a_group_is_a_dimension_and_a_predicate_of_other_questions(published_meridian: Path, tmp_path: Path) -> None:
    project = unequal.open(published_meridian)
    groups = {row["needs_group"]: row for row in project.ask("needs").tables["groups"].to_pylist()}
    chosen = f"needs_group = '{BARGAINS}'"
    values = project.ask("value", where=chosen).answer
    assert values.figure("customers").value == groups[BARGAINS]["customers"]
    assert values.figure("brought").value == groups[BARGAINS]["amount"]
    exported = tmp_path / "customers.csv"
    found = CliRunner().invoke(main, ["-C", str(published_meridian), "export", "customers", "--where", chosen, "-o", str(exported)])
    assert found.exit_code == 0, found.output
    assert len(exported.read_text(encoding="utf-8").splitlines()) == groups[BARGAINS]["customers"] + 1


def test_a_level_is_refused(published_meridian: Path) -> None:
    with pytest.raises(AnswerError, match="ANS011"):
        unequal.open(published_meridian).ask("needs", level="revenue")
