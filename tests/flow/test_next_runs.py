"""What a run changes, what it leaves, and what readers see meanwhile."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import datetime
from decimal import Decimal as D

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.flow.looking import ask, buckets, customers, edit, figures, run, state_rows, worth

from unequal import flow, storage
from unequal.flow.publishing import kept
from unequal.storage import faults
from unequal.terms.errors import LedgerError, StorageError, UnequalError

MEMBERSHIP = "SELECT count(*) FROM customer_membership"
EVENTS = "SELECT count(*) FROM customer_event"
MARCH = "order_no,customer,day,total,cost,carrier,shop\nc1,2,01.03.2026,500.00,100.00,5.00,web\n"


def march(folder):
    (folder / "data" / "orders-2026-03.csv").write_text(MARCH, encoding="utf-8")


def test_an_identical_run_makes_no_step_anew_and_writes_no_membership(company):
    before = state_rows(company, "SELECT * FROM customer_membership"), state_rows(company, EVENTS), figures(ask(company))
    report = run(company)
    assert [name for name, made in report.steps.items() if made] == []
    assert (state_rows(company, "SELECT * FROM customer_membership"), state_rows(company, EVENTS), figures(ask(company))) == before
    assert state_rows(company, "SELECT count(*) FROM run") == [(2,)]


def test_a_new_extract_makes_anew_only_what_depends_on_it_and_keeps_customer_ids(company):
    ids = customers(company)
    march(company)
    report = run(company)
    assert {name for name, made in report.steps.items() if made} == {
        "accept orders",
        "post orders",
        "book",
        "reconcile",
        "tie out",
        "band",
        "judge",
        "value",
        "loyal",
        "equity",
        "levers",
        "needs",
        "codes",
        "move",
        "totals",
        "turnover",
        "profile",
    }
    assert customers(company) == ids
    assert worth(company) == {"1": D(90), "3": D(90), "2": D(380), "4": D("9.5")}


def test_a_new_customer_record_leaves_every_other_id_as_it_was(company):
    ids = customers(company)
    edit(company / "data" / "crm.csv", ("9,Test", "5,Dora Dorn,dora@bakery.example,DE\n9,Test"))
    report = run(company)
    assert not report.steps["accept orders"]
    assert {record: customer for record, customer in customers(company).items() if record != "5"} == ids
    assert state_rows(company, EVENTS) == [(6,)], "five founded, then one"


def test_a_changed_rule_is_held_although_no_file_has_changed(company):
    edit(company / "unequal.yaml", ("mail like '%@example.test'", "name = 'Nobody'"))
    run(company)
    assert buckets(company) == {"no_customer_id": D(4), "unknown_customer": D(8)}
    assert worth(company)["9"] == D(7)


def test_customers_who_turn_out_to_be_one_are_led_to_the_oldest_id_and_no_dollar_moves(company):
    ids = customers(company)
    edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", "4,Bert Brook,bert@bakery.example,AT"))
    run(company)
    after = customers(company)
    assert after["2"] == after["4"]
    assert after["2"] in {ids["2"], ids["4"]}
    assert worth(company)["2"] == D("-5.5000")
    assert figures(ask(company))["ledger_total"] == D("103.5000")
    gone = ({ids["2"], ids["4"]} - {after["2"]}).pop()
    with flow.open_base(flow.open_project(company, {})) as opened:
        assert flow.examining.customer(opened, gone).customer_id == after["2"]


def test_customers_who_turn_out_to_be_two_are_split_and_no_dollar_moves(company):
    ids = customers(company)
    edit(company / "data" / "crm.csv", ("3,Ann Arbour,ANN@bakery.example", "3,Dora Dunn,dora@bakery.example"))
    run(company)
    after = customers(company)
    assert after["1"] != after["3"]
    assert ids["1"] in {after["1"], after["3"]}
    assert (worth(company)["1"], worth(company)["3"]) == (D(55), D(35))
    assert figures(ask(company))["ledger_total"] == D("103.5000")


BROKEN = {
    "an empty file": ("SRC004", lambda folder: (folder / "data" / "orders-2026-03.csv").write_bytes(b"")),
    "a file that ends in the middle": ("SRC", lambda folder: (folder / "data" / "orders-2026-03.csv.gz").write_bytes(gzip.compress(MARCH.encode())[:-9])),
    "a missing file": ("SRC", lambda folder: shutil.move(folder / "data" / "crm.csv", folder / "crm.csv")),
    "a currency without a rate": ("LED", lambda folder: swedish(folder)),  # noqa: PLW0108 - it is defined below
    "a declared total that the rows do not come to": ("LED", lambda folder: add(folder, 'control_total: {sales: "1.00"}')),
}  # fmt: skip


def add(folder, line):
    """A line more in the postings."""
    edit(folder / "unequal.yaml", ("      document: order_no", f"      {line}\n      document: order_no"))


def swedish(folder):
    """An order in Swedish crowns, which nobody has given a rate for."""
    add(folder, "currency: crown")
    for path in (folder / "data").glob("orders-*.csv"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join([f"{lines[0]},crown", *(f"{line},EUR" for line in lines[1:-1]), f"{lines[-1]},SEK"]) + "\n")


@pytest.mark.parametrize("fault", BROKEN)
def test_a_run_that_fails_leaves_yesterdays_run_published(company, fault):
    code, put_in = BROKEN[fault]
    before, config = ask(company), (company / "unequal.yaml").read_text()
    edit(company / "unequal.yaml", ("data/orders-*.csv\n", "data/orders-*.csv*\n"))
    put_in(company)
    with pytest.raises(UnequalError) as caught:
        run(company)
    assert caught.value.code.startswith(code)
    (company / "unequal.yaml").write_text(config)
    assert ask(company).run_id == before.run_id
    assert figures(ask(company)) == figures(before)
    assert list((company / ".unequal" / "scratch").glob("*")) == []


def test_a_ledger_that_has_lost_a_row_is_not_published(company, monkeypatch):
    """The posted table loses an entry behind the ledger's back: the control total, taken from the file, finds it."""
    march(company)
    make = storage.runs.Store.make

    def losing(store, name, key, work):
        def and_lose(folder):
            work(folder)
            if name == "post orders":
                posted = pq.read_table(folder / "posted.parquet")
                pq.write_table(posted.slice(1), folder / "posted.parquet")

        return make(store, name, key, and_lose)

    yesterday = ask(company)
    monkeypatch.setattr(storage.runs.Store, "make", losing)
    with pytest.raises(LedgerError) as caught:
        run(company)
    assert "orders" in str(caught.value)
    assert ask(company).run_id == yesterday.run_id


def test_a_run_that_was_stopped_goes_on_from_where_it_stood(company):
    march(company)

    def stop(name):
        if name == "list book":
            raise KeyboardInterrupt

    faults.listen(stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(company)
    finally:
        faults.listen(None)
    assert figures(ask(company))["total"] == D("84.5000")
    report = run(company)
    assert {name for name, made in report.steps.items() if made} == {
        "book",
        "reconcile",
        "tie out",
        "band",
        "judge",
        "value",
        "equity",
        "levers",
        "needs",
        "loyal",
        "codes",
        "move",
        "totals",
        "turnover",
        "profile",
    }
    assert worth(company)["2"] == D(380)


def test_an_older_run_can_be_asked_by_its_name_or_by_a_day(company):
    first = ask(company).run_id
    march(company)
    second = run(company).run_id
    assert (ask(company, as_of=first).run_id, ask(company).run_id) == (first, second)
    assert figures(ask(company, as_of=first))["total"] == D("84.5000")
    assert ask(company, as_of="9999-12-31").run_id == second
    for nonsense in ("2001-01-01", "run-of-nobody", "zzz", "2026"):
        with pytest.raises(StorageError, match="STO010"):
            ask(company, as_of=nonsense)


def test_as_of_a_day_means_the_latest_kept_run_of_then(company):
    first = ask(company).run_id
    march(company)
    second = run(company).run_id
    (company / ".unequal" / "runs" / f"{second}.json").rename(company / "aside.json")
    assert ask(company, as_of="9999-12-31").run_id == first
    with pytest.raises(StorageError, match="STO010"):
        ask(company, as_of=second)


def test_the_latest_runs_and_the_last_of_each_month_are_kept():
    def row(number, day):
        return storage.state.RunRow(f"r{number}", datetime.fromisoformat(day), "", "", "p", "revenue")

    rows = [
        row(1, "2026-01-05"),
        row(2, "2026-01-31"),
        row(3, "2026-02-01"),
        row(4, "2026-02-27"),
        row(5, "2026-03-01"),
        row(6, "2026-03-02"),
    ]
    assert kept(rows, 1) == ["r2", "r4", "r6"]
    assert kept(rows, 3) == ["r2", "r4", "r5", "r6"]
    assert kept(rows[:1], 3) == ["r1"]


def test_runs_that_are_not_kept_are_swept_with_the_tables_that_only_they_need(company):
    edit(company / "unequal.yaml", ("storage: {threads: 1}", "storage: {threads: 1, keep_runs: 1}"))
    first = ask(company).run_id
    march(company)
    second = run(company).run_id
    place = company / ".unequal"
    assert [path.stem for path in (place / "runs").glob("*.json")] == [second]
    needed = {step["folder"] for step in json.loads((place / "runs" / f"{second}.json").read_text())["steps"].values()}
    assert {path.name for path in (place / "store").iterdir()} == needed
    assert [found["run"] for found in flow.examining.status(flow.open_project(company, {}))["runs"]] == [second]
    with pytest.raises(StorageError, match="STO010"):
        ask(company, as_of=first)


def test_a_second_run_at_the_same_time_is_told_so(company):
    with flow.open_project(company, {}).run_folder.writing(), pytest.raises(StorageError, match="STO006"):
        run(company)


def test_a_reader_is_not_disturbed_by_a_newer_run_and_its_sweep(company):
    edit(company / "unequal.yaml", ("storage: {threads: 1}", "storage: {threads: 1, keep_runs: 1}"))
    with flow.open_base(flow.open_project(company, {})) as reader:
        march(company)
        newer = run(company).run_id
        assert ask(company).run_id == newer
        total = sum(row["amount"] for row in reader.base.fetch(reader.base.table("entry")))
        assert total == D("103.5000"), "the reader still sees yesterday's ledger"
        held = reader.base.run_id
    assert (company / ".unequal" / "runs" / f"{held}.json").exists()
    run(company)
    assert not (company / ".unequal" / "runs" / f"{held}.json").exists()


def test_what_a_dead_process_left_aside_is_swept_and_what_a_living_one_holds_is_not(company):
    folder = flow.open_project(company, {}).run_folder
    dead = company / ".unequal" / "scratch" / "1-dead"
    dead.mkdir(parents=True)
    (dead / "spill").write_text("x")
    (company / ".unequal" / "runs" / ".half.json.1").write_text("{")
    with folder.scratch() as held:
        (held / "spill").write_text("x")
        run(company)
        assert (held / "spill").exists()
        assert not dead.exists()
    assert not held.exists()
    assert list((company / ".unequal" / "runs").glob(".*")) == []


def test_the_answers_are_the_same_with_state_on_postgresql(company, postgres_url):
    sqlite = ask(company)
    edit(company / "unequal.yaml", ("storage: {threads: 1}", "storage: {threads: 1, state: 'env:STATE_ADDRESS'}"))
    environment = {"STATE_ADDRESS": postgres_url}
    opened = flow.open_project(company, environment)
    flow.run(opened)
    flow.run(opened)
    with flow.open_base(opened) as base:
        from unequal import answers

        answer = answers.answer("profit", base.base)
        one = flow.examining.customer(base, "crm:3")
    assert figures(answer) == figures(sqlite)
    assert dict(answer.tables.items()) == dict(sqlite.tables)
    assert one.customer_id == customers_of(opened)["1"]
    assert isinstance(answer.table, pa.Table)


def customers_of(opened):
    with flow.open_base(opened) as base:
        return {row["record_id"]: row["customer_id"] for row in base.base.fetch(base.base.table("customer_record"))}


test_the_answers_are_the_same_with_state_on_postgresql = pytest.mark.postgresql(test_the_answers_are_the_same_with_state_on_postgresql)


def test_a_state_address_that_is_not_there_is_told(company):
    edit(company / "unequal.yaml", ("storage: {threads: 1}", "storage: {threads: 1, state: 'env:STATE_ADDRESS'}"))
    with pytest.raises(Exception, match="STATE_ADDRESS"):
        run(company)
