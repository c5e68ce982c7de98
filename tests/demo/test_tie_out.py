"""Meridian's general ledger disagrees with its entries in three places: they are found, and nothing else is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from unequal import config, demo, identity, ledger, sources, storage
from unequal.ledger.lookups import lookups_of
from unequal.ledger.tie_out import tie_out_summary
from unequal.terms.errors import LedgerError


@pytest.fixture(scope="module")
def booked(meridian, tmp_path_factory):
    """Meridian as far as its entries, all of them without a customer: the general ledger holds those too."""
    scratch = tmp_path_factory.mktemp("booked")
    project = config.load(meridian / "unequal.yaml", {}).project
    posting = {name: source for name, source in project.sources.items() if source.postings}
    looked_up = {lookup.source for source in posting.values() for lookup in lookups_of(source.postings)}
    with storage.open_engine(project.storage, scratch / "engine") as engine:
        rows = {}
        for name in {*posting, *looked_up, *ledger.steps.served_from(project), "fx_rates", "general_ledger"}:
            folder = _folder(scratch, f"accept-{name}")
            source = project.sources[name]
            sources.accept(engine, name, source, files=sources.files_of(source, meridian), project=project, folder=folder, root=meridian)
            rows[name] = engine.read(folder / "rows.parquet")
        ledger.steps.rates(engine, project=project, rows=rows, folder=_folder(scratch, "rates"))
        rates = engine.read(scratch / "rates" / "rate.parquet")
        for name, source in posting.items():
            ledger.steps.post_source(
                engine, name, source, rows=rows[name], lookups=rows, rates=rates, project=project, folder=_folder(scratch, f"post-{name}")
            )  # fmt: skip
        ledger.steps.charge(engine, project=project, rows=rows, rates=rates, folder=_folder(scratch, "charge"))
        posted = [engine.read(scratch / folder / "posted.parquet") for folder in ("charge", *(f"post-{name}" for name in posting))]
        ledger.steps.book(
            engine, posted=posted,
            customer_record=engine.rows(identity.tables.CUSTOMER_RECORD.types, []), records=engine.rows(identity.tables.RECORD.types, []),
            folder=_folder(scratch, "book"),
        )  # fmt: skip
        yield engine, project, rows, engine.read(scratch / "book" / "entry.parquet")


def _folder(scratch: Path, name: str) -> Path:
    (scratch / name).mkdir()
    return scratch / name


def test_exactly_the_planted_cells_are_unexplained_to_the_last_digit(meridian, booked, tmp_path):
    engine, project, rows, entries = booked
    ledger.steps.tie_out(engine, project=project, rows=rows["general_ledger"], lookups=rows, entries=entries, folder=tmp_path)
    cells = engine.fetch(engine.read(tmp_path / "tie_out.parquet"))
    found = {(row["account"], row["held_against"], row["period"], row["unexplained"]) for row in cells if row["unexplained"]}
    planted = {
        (row["account"], row["line"], date.fromisoformat(row["month"]), Decimal(row["amount_units"]).scaleb(-4))
        for row in demo.Truth(meridian).table("unexplained").to_pylist()
    }
    assert found == planted
    assert len(found) == 3


def test_every_account_is_held_against_a_line_or_named_with_its_reason(booked, tmp_path):
    engine, project, rows, entries = booked
    ledger.steps.tie_out(engine, project=project, rows=rows["general_ledger"], lookups=rows, entries=entries, folder=tmp_path)
    cells = engine.fetch(engine.read(tmp_path / "tie_out.parquet"))
    summary = tie_out_summary(cells)
    assert (summary["cells"], summary["unequal_cells"]) == (11 * 48, 3)
    assert summary["unmapped"] == summary["no_account"] == {}
    assert summary["not_charged"] == {}
    held = rows["general_ledger"]
    assert sum(row["general_ledger"] for row in cells) == engine.fetch(held.aggregate(total=held["amount"].sum()))[0]["total"]


def test_without_its_tolerances_the_largest_of_the_three_stops_the_run(booked, tmp_path):
    engine, project, rows, entries = booked
    books = project.ledger.general_ledger
    strict = {name: rule.model_copy(update={"tolerance": None}) for name, rule in books.accounts.items()}
    section = project.ledger.model_copy(update={"general_ledger": books.model_copy(update={"accounts": strict})})
    with pytest.raises(LedgerError, match="LED040") as caught:
        ledger.steps.tie_out(
            engine, project=project.model_copy(update={"ledger": section}), rows=rows["general_ledger"], lookups=rows, entries=entries, folder=tmp_path
        )  # fmt: skip
    assert "account 5000, 2023-11-01, USD" in caught.value.where
