"""The state on SQLite and on PostgreSQL: runs are published whole, and who is who with them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from tests.storage.states import DAY, difference, membership, run

from unequal import storage
from unequal.storage import faults
from unequal.storage.state import MembershipDifference
from unequal.storage.state import membership as membership_tables
from unequal.storage.state.bulk import ROWS_AT_ONCE
from unequal.storage.state.difference import EVENTS, REDIRECTS
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.runs import RUN
from unequal.terms.errors import StorageError


def rows_of(state: storage.State, table: sa.Table) -> list[dict[str, object]]:
    with state._engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def test_before_the_first_run_there_is_none(state: storage.State) -> None:
    assert state.current_run() is None
    assert state.runs() == []
    assert membership(state) == {}
    assert state.redirect("c_1") == "c_1"


def test_the_newest_run_is_the_current_one_and_comes_back_as_it_was(state: storage.State) -> None:
    first = state.publish(run("r1", month_end=True, summary={"customers": 3, "note": "\u20ac"}))
    second = state.publish(run("r2", "r1"))
    assert state.current_run() == second
    assert state.runs() == [first, second]
    assert first.summary == {"customers": 3, "note": "\u20ac"}
    assert first.published_at == datetime(2026, 1, 5, 6, 30)


def test_a_run_writes_its_difference_and_the_next_unchanged_one_only_its_own_row(state: storage.State) -> None:
    state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_2")))
    assert membership(state) == {"1": ("c_1", DAY), "2": ("c_2", DAY)}
    before = [rows_of(state, table) for table in METADATA.sorted_tables if table is not RUN]
    assert state.publish(run("r2", "r1"), MembershipDifference.empty()).membership_version == "r1"
    assert [rows_of(state, table) for table in METADATA.sorted_tables if table is not RUN] == before
    assert len(state.runs()) == 2


def test_the_membership_version_is_the_run_that_last_changed_it(state: storage.State) -> None:
    versions = [state.publish(run("r1")).membership_version]
    versions.append(state.publish(run("r2", "r1"), difference(("founded", "1", None, "c_1"))).membership_version)
    versions.append(state.publish(run("r3", "r2")).membership_version)
    versions.append(state.publish(run("r4", "r3"), difference(("split", "1", "c_1", "c_9"))).membership_version)
    assert versions == ["r1", "r2", "r2", "r4"]


def test_a_merge_moves_records_and_old_ids_lead_to_the_current_one_in_one_step(state: storage.State) -> None:
    state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "123")))
    later = date(2026, 2, 1)
    state.publish(run("r2", "r1"), difference(("merged", "3", "c_3", "c_2"), redirects={"c_3": "c_2"}, day=later))
    state.publish(
        run("r3", "r2"), difference(("merged", "3", "c_2", "c_1"), ("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}, day=later)
    )
    assert {state.redirect(name) for name in ("c_1", "c_2", "c_3")} == {"c_1"}
    assert sorted(state.redirects().to_pylist(), key=str) == [
        {"old_id": "c_2", "customer_id": "c_1"},
        {"old_id": "c_3", "customer_id": "c_1"},
    ]
    assert membership(state) == {"1": ("c_1", DAY), "2": ("c_1", later), "3": ("c_1", later)}


def test_events_hold_what_a_change_overwrote_so_that_it_can_be_undone(state: storage.State) -> None:
    state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_2")))
    state.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}, day=date(2026, 2, 1)))
    last = rows_of(state, membership_tables.CUSTOMER_EVENT)[-1]
    assert {name: value for name, value in last.items() if name != "event"} == {
        "run_id": "r2", "kind": "merged", "source": "crm", "record_id": "2", "from_customer": "c_2", "to_customer": "c_1",
        "from_since": DAY, "from_run": "r1", "action": None,
    }  # fmt: skip


def test_events_replayed_from_the_first_make_the_membership_that_stands(state: storage.State) -> None:
    state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "1234")))
    state.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), ("moved", "3", "c_3", "c_4"), redirects={"c_2": "c_1"}))
    state.publish(run("r3", "r2"), difference(("split", "2", "c_1", "c_2_2"), ("removed", "4", "c_4", None)))
    replayed: dict[object, object] = {}
    for event in sorted(rows_of(state, membership_tables.CUSTOMER_EVENT), key=lambda event: event["event"]):
        assert replayed.get(event["record_id"]) == event["from_customer"]
        replayed[event["record_id"]] = event["to_customer"]
    assert {record: customer for record, customer in replayed.items() if customer} == {r: c for r, (c, _) in membership(state).items()}


def test_texts_come_back_as_they_were(state: storage.State) -> None:
    odd = ["a,b", 'say "x"', "a\x1fb", "line\nend", "Zo\u00eb", "\U0001f600", " blank ", "\\N", "\\", "'", "NULL", "\u05d0\u05d1", "\t"]
    state.publish(run("r1"), difference(*(("founded", text, None, f"c_{at}") for at, text in enumerate(odd))))
    assert {record: customer for record, (customer, _) in membership(state).items()} == {text: f"c_{at}" for at, text in enumerate(odd)}


def test_records_come_in_the_order_of_their_bytes(state: storage.State) -> None:
    names = ["b", "B", "a", "A", "\u00e4", "_", "Z", "10", "9", "a b", "ab"]
    state.publish(run("r1"), difference(*(("founded", name, None, f"c_{at}") for at, name in enumerate(names))))
    assert list(membership(state)) == sorted(names, key=str.encode)


def test_more_rows_than_a_batch_are_written_and_read(state: storage.State, tmp_path: Path) -> None:
    rows = ROWS_AT_ONCE + 7
    numbers = [f"{at:07}" for at in range(rows)]
    columns = {"kind": ["founded"] * rows, "source": ["crm"] * rows, "record_id": numbers, "from_customer": pa.nulls(rows, pa.string()),
               "to_customer": [f"c_{name}" for name in numbers], "since": [DAY] * rows}  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "event.parquet")
    pq.write_table(REDIRECTS.empty_table(), tmp_path / "redirect.parquet")
    state.publish(run("r1"), MembershipDifference.of_files(tmp_path / "event.parquet", tmp_path / "redirect.parquet"))
    batches = list(state.membership_batches())
    assert len(batches) == 2
    assert pa.Table.from_batches(batches)["record_id"].to_pylist() == numbers


def test_a_difference_written_by_spark_as_a_folder_is_read_too(state: storage.State, tmp_path: Path) -> None:
    for part, name in enumerate(("1", "2")):
        folder = tmp_path / "event.parquet"
        folder.mkdir(exist_ok=True)
        row = {"kind": "founded", "source": "crm", "record_id": name, "from_customer": None, "to_customer": f"c_{name}", "since": DAY}
        pq.write_table(pa.Table.from_pylist([row], EVENTS), folder / f"part-{part}.parquet")
        (folder / "_SUCCESS").touch()
    pq.write_table(REDIRECTS.empty_table(), tmp_path / "redirect.parquet")
    state.publish(run("r1"), MembershipDifference.of_files(tmp_path / "event.parquet", tmp_path / "redirect.parquet"))
    assert set(membership(state)) == {"1", "2"}


# What is refused


@pytest.mark.parametrize("after", [None, "r1", "never"])
def test_a_run_that_does_not_follow_the_newest_is_refused_and_leaves_nothing(state: storage.State, after: str | None) -> None:
    state.publish(run("r1"))
    state.publish(run("r2", "r1"))
    with pytest.raises(StorageError, match="STO103"):
        state.publish(run("late", after), difference(("founded", "1", None, "c_1")))
    assert state.current_run().run_id == "r2"
    assert membership(state) == {}


def test_a_difference_made_against_another_membership_is_refused_and_leaves_nothing(state: storage.State) -> None:
    state.publish(run("r1"), difference(("founded", "1", None, "c_1")))
    for stale in (("moved", "1", "c_7", "c_8"), ("founded", "1", None, "c_8"), ("moved", "2", "c_1", "c_8")):
        with pytest.raises(StorageError, match="STO104"):
            state.publish(run("r2", "r1"), difference(stale))
    assert state.current_run().run_id == "r1"
    assert membership(state) == {"1": ("c_1", DAY)}


def test_an_id_that_was_merged_away_cannot_be_merged_away_again(state: storage.State) -> None:
    state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_2")))
    state.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}))
    with pytest.raises(sa.exc.IntegrityError):
        state.publish(run("r3", "r2"), difference(("moved", "2", "c_1", "c_3"), redirects={"c_2": "c_3"}))
    assert state.current_run().run_id == "r2"


@pytest.mark.parametrize("url", ["mysql://u:secret@host/db", "sqlite://", "sqlite:///:memory:", "state.db", "", "redis://:secret@host"])
def test_an_address_of_another_kind_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(StorageError, match="STO100") as refused:
        storage.open_state(url)
    assert "secret" not in str(refused.value)


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="STO101"):
        storage.open_state(f"sqlite:///{tmp_path / 'absent' / 'state.db'}")
    with pytest.raises(StorageError, match="STO101") as refused:
        storage.open_state("postgresql://someone:hidden@127.0.0.1:1/none")
    assert "hidden" not in str(refused.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("not a database, but a text that is long enough to be taken for one" * 20)
    with pytest.raises(StorageError, match="STO101"):
        storage.open_state(f"sqlite:///{tmp_path / 'state.db'}")


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(state_url: str) -> None:
    with storage.open_state(state_url) as state:
        state.publish(run("r1"))
        with state._engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="STO102"):
        storage.open_state(state_url)


# How it is set up


def test_migrations_make_the_tables_that_the_code_describes(state: storage.State) -> None:
    with state._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_keeps_what_is_there(state_url: str) -> None:
    with storage.open_state(state_url) as state:
        state.publish(run("r1"), difference(("founded", "1", None, "c_1")))
    with storage.open_state(state_url) as state:
        assert state.current_run().run_id == "r1"
        assert membership(state) == {"1": ("c_1", DAY)}


def test_lots_that_were_drawn_before_shares_were_kept_have_none(state_url: str) -> None:
    with storage.open_state(state_url) as state, state._engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO assignment (policy, customer_id, arm, at) VALUES ('rolls', 'c_1', 'treated', '2026-03-02 09:00:00')")
        )
        connection.execute(sa.text("ALTER TABLE assignment DROP COLUMN share_held_out"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0012'"))
    with storage.open_state(state_url) as state:
        (lot,) = state.arms().to_pylist()
    assert (lot["policy"], lot["arm"], lot["share_held_out"]) == ("rolls", "treated", None)


def test_sqlite_waits_for_the_disk_at_every_commit(tmp_path: Path) -> None:
    with storage.open_state(f"sqlite:///{tmp_path / 'state.db'}") as state, state._engine.connect() as connection:
        settings = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_fault_at_any_point_of_publishing_leaves_the_run_before(state: storage.State) -> None:
    state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_2")))
    change = difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"})
    passed: list[str] = []

    def stop_at(number: int):
        seen: list[str] = []

        def hook(name: str) -> None:
            seen.append(name)
            passed.append(name)
            if len(seen) == number:
                raise InterruptedError(name)

        return hook

    points = 1
    try:
        while True:
            faults.listen(stop_at(points))
            try:
                state.publish(run("r2", "r1"), change)
                break
            except InterruptedError as stopped:
                committed = str(stopped) == "state run is committed"
                assert state.current_run().run_id == ("r2" if committed else "r1")
                assert membership(state)["2"][0] == ("c_1" if committed else "c_2")
                assert state.redirect("c_2") == ("c_1" if committed else "c_2")
                if committed:
                    break
            points += 1
    finally:
        faults.listen(None)
    assert points == len(set(passed)) == 9
