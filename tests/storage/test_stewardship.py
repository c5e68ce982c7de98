"""Stewards' actions in the state, on SQLite and on PostgreSQL: whole or not at all, and taken back to the last row."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from tests.storage.states import DAY, difference, membership, run

from unequal import storage
from unequal.storage import faults
from unequal.storage.state import Action, Move, VerdictRow
from unequal.storage.state.membership import CUSTOMER_EVENT, CUSTOMER_MEMBERSHIP, CUSTOMER_REDIRECT
from unequal.storage.state.metadata import METADATA
from unequal.terms.errors import StorageError

AT, LATER = datetime(2026, 2, 1, 9, 30), date(2026, 2, 1)
WHO = {"author": "jo", "reason": "seen", "given_at": AT}
SAME = VerdictRow("crm", "1", "crm", "2", "same", "jo", "spoke to her", AT, "random", 1.5, linked=False)


def rows_of(state: storage.State, *tables: sa.Table) -> list[list[tuple[object, ...]]]:
    with state._engine.connect() as connection:
        return [sorted(map(tuple, connection.execute(sa.select(table))), key=str) for table in tables]


def who(state: storage.State) -> list[list[tuple[object, ...]]]:
    return rows_of(state, CUSTOMER_MEMBERSHIP, CUSTOMER_REDIRECT)


def merge(state: storage.State, *records: str, away: str, into: str, redirects: dict[str, str | None] | None = None) -> None:
    """Records of one customer to another, as a merge's plan says."""
    state.act(
        Action("merge", **WHO, run_id=state.current_run().run_id, number=state.last_action()),
        moves=[Move("merged", "crm", record, away, into) for record in records],
        redirects={away: into, **(redirects or {})},
        verdicts=[SAME],
        day=LATER,
    )


@pytest.fixture
def three(state: storage.State) -> storage.State:
    """Three customers of a record each."""
    state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "123")))
    return state


def test_an_action_moves_records_at_once_and_keeps_who_did_it_and_why(three: storage.State) -> None:
    merge(three, "2", away="c_2", into="c_1")
    assert membership(three) == {"1": ("c_1", DAY), "2": ("c_1", LATER), "3": ("c_3", DAY)}
    assert three.redirect("c_2") == "c_1"
    assert [(done.number, done.kind, done.author, done.reason, done.given_at, done.run_id) for done in three.actions()] == [
        (1, "merge", "jo", "seen", AT, "r1")
    ]
    assert [(row.verdict, row.reason, row.drawn, row.weight, row.linked, row.action) for row in three.verdicts()] == [
        ("same", "spoke to her", "random", 1.5, False, 1)
    ]
    event = rows_of(three, CUSTOMER_EVENT)[0][-1]
    assert event[1:] == ("action:1", "merged", "crm", "2", "c_2", "c_1", DAY, "r1", 1)


def test_undoing_a_chain_restores_every_row_each_time(three: storage.State) -> None:
    first = who(three)
    merge(three, "3", away="c_3", into="c_2")
    second = who(three)
    merge(three, "2", "3", away="c_2", into="c_1", redirects={"c_3": "c_1"})
    assert {three.redirect(name) for name in ("c_1", "c_2", "c_3")} == {"c_1"}
    three.undo(**WHO)
    assert who(three) == second
    assert len(three.verdicts()) == 1
    three.undo(**WHO)
    assert who(three) == first
    assert three.verdicts() == []
    assert [(done.number, done.undoes, done.undone_by) for done in three.actions()] == [
        (1, None, 4),
        (2, None, 3),
        (3, 2, None),
        (4, 1, None),
    ]
    with pytest.raises(StorageError, match="STO108"):
        three.undo(**WHO)


def test_an_action_that_another_rests_on_is_undone_after_it(three: storage.State) -> None:
    merge(three, "3", away="c_3", into="c_2")
    merge(three, "2", "3", away="c_2", into="c_1", redirects={"c_3": "c_1"})
    with pytest.raises(StorageError, match=r"STO109(.|\n)*undo action 2 first"):
        three.undo(1, **WHO)
    three.undo(2, **WHO)
    three.undo(1, **WHO)
    assert membership(three) == {n: (f"c_{n}", DAY) for n in "123"}
    for wrong in (1, 3, 77):
        with pytest.raises(StorageError, match="STO108"):
            three.undo(wrong, **WHO)


def test_actions_on_other_customers_are_undone_in_any_order(state: storage.State) -> None:
    state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "1234")))
    before = who(state)
    merge(state, "2", away="c_2", into="c_1")
    merge(state, "4", away="c_4", into="c_3")
    state.undo(1, **WHO)
    assert {n: customer for n, (customer, _) in membership(state).items()} == {"1": "c_1", "2": "c_2", "3": "c_3", "4": "c_3"}
    state.undo(**WHO)
    assert who(state) == before


def test_a_look_at_an_undo_changes_nothing(three: storage.State) -> None:
    merge(three, "2", away="c_2", into="c_1")
    every = rows_of(three, *METADATA.sorted_tables)
    looked_at = three.undo(**WHO, commit=False)
    assert [(move.record_id, move.to_customer) for move in looked_at.moves] == [("2", "c_2")]
    assert rows_of(three, *METADATA.sorted_tables) == every


def test_an_undo_after_a_run_that_took_the_action_in_is_exact_too(three: storage.State) -> None:
    before = who(three)
    merge(three, "2", away="c_2", into="c_1")
    three.publish(run("r2", "r1", last_action=1))
    three.undo(**WHO)
    assert who(three) == before
    assert three.changed_since(1).to_pylist() == [{"source": "crm", "record_id": "2", "customer_id": "c_2", "since": DAY}]


def test_an_undo_follows_records_through_a_later_merge_and_leaves_those_that_a_run_moved_on(state: storage.State) -> None:
    state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "1234"), ("joined", "5", None, "c_2")))
    merge(state, "2", "5", away="c_2", into="c_1")
    changes = [("merged", n, "c_1", "c_3") for n in "12"] + [("moved", "5", "c_1", "c_4")]
    state.publish(run("r2", "r1", last_action=1), difference(*changes, redirects={"c_1": "c_3"}, day=LATER))
    done = state.undo(**WHO)
    assert done.left == 1
    assert {n: customer for n, (customer, _) in membership(state).items()} == {"1": "c_3", "2": "c_2", "3": "c_3", "4": "c_4", "5": "c_4"}
    assert state.redirects().to_pylist() == [{"old_id": "c_1", "customer_id": "c_3"}]


def test_an_id_whose_records_a_run_has_all_moved_on_keeps_leading_there(three: storage.State) -> None:
    merge(three, "2", away="c_2", into="c_1")
    three.publish(run("r2", "r1", last_action=1), difference(("moved", "2", "c_1", "c_3")))
    assert three.undo(**WHO).left == 1
    assert three.redirect("c_2") == "c_1"


def test_an_id_that_an_undo_took_back_leads_to_where_its_records_went_and_counts_as_used(three: storage.State) -> None:
    action = Action("unmerge", **WHO, run_id="r1", number=0)
    three.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}))
    action = Action("unmerge", **WHO, run_id="r2", number=0)
    three.act(action, moves=[Move("split", "crm", "2", "c_1", "c_new")], day=LATER)
    assert not three.is_used("c_other")
    three.undo(**WHO)
    assert three.redirect("c_new") == "c_1"
    assert three.is_used("c_new")
    assert {row["old_id"] for row in three.ids_given_up().to_pylist()} == {"c_2", "c_new"}
    assert three.redirects()["old_id"].to_pylist() == ["c_2"]


# A run and an action never meet


def test_a_run_that_began_before_an_action_is_not_published(three: storage.State) -> None:
    merge(three, "2", away="c_2", into="c_1")
    with pytest.raises(StorageError, match=r"STO104(.|\n)*a steward"):
        three.publish(run("r2", "r1"))
    assert three.publish(run("r2", "r1", last_action=1)).last_action == 1
    three.undo(**WHO)
    with pytest.raises(StorageError, match="STO104"):
        three.publish(run("r3", "r2", last_action=1))


@pytest.mark.parametrize("stale", [{"run_id": "r0"}, {"number": 3}])
def test_an_action_worked_out_on_other_ground_is_refused_and_leaves_nothing(three: storage.State, stale: dict[str, object]) -> None:
    every = rows_of(three, *METADATA.sorted_tables)
    action = Action("merge", **WHO, **{"run_id": "r1", "number": 0, **stale})
    with pytest.raises(StorageError, match="STO107"):
        three.act(action, moves=[Move("merged", "crm", "2", "c_2", "c_1")], day=LATER)
    assert rows_of(three, *METADATA.sorted_tables) == every


def test_an_action_on_a_record_that_is_elsewhere_is_refused_and_leaves_nothing(three: storage.State) -> None:
    every = rows_of(three, *METADATA.sorted_tables)
    moves = [Move("merged", "crm", "2", "c_2", "c_1"), Move("merged", "crm", "3", "c_2", "c_1")]
    with pytest.raises(StorageError, match=r"STO107(.|\n)*crm:3"):
        three.act(Action("merge", **WHO, run_id="r1", number=0), moves=moves, redirects={"c_2": "c_1"}, verdicts=[SAME], day=LATER)
    assert rows_of(three, *METADATA.sorted_tables) == every


@pytest.mark.parametrize("point", ["state write action", "state commit action", "state write undo", "state commit undo"])
def test_a_fault_while_an_action_is_written_leaves_what_was(three: storage.State, point: str) -> None:
    merge(three, "3", away="c_3", into="c_2")
    every = rows_of(three, *METADATA.sorted_tables)

    def stop(name: str) -> None:
        if name == point:
            raise InterruptedError(name)

    def do() -> None:
        if "undo" in point:
            three.undo(**WHO)
        else:
            merge(three, "2", "3", away="c_2", into="c_1", redirects={"c_3": "c_1"})

    faults.listen(stop)
    try:
        with pytest.raises(InterruptedError):
            do()
    finally:
        faults.listen(None)
    assert rows_of(three, *METADATA.sorted_tables) == every


def test_the_overlay_is_what_stewards_moved_since_the_run_and_nothing_else(three: storage.State) -> None:
    assert three.changed_since(0).num_rows == 0
    merge(three, "2", away="c_2", into="c_1")
    assert three.changed_since(0).to_pylist() == [{"source": "crm", "record_id": "2", "customer_id": "c_1", "since": LATER}]
    assert three.changed_since(1).num_rows == 0
    assert three.last_action() == 1


def test_what_stands_around_customers_says_who_came_from_where(three: storage.State) -> None:
    merge(three, "3", away="c_3", into="c_2")
    merge(three, "2", "3", away="c_2", into="c_1", redirects={"c_3": "c_1"})
    around = three.around(["c_1"])
    assert {record: customer for record, (customer, _) in around.members.items()} == {("crm", n): "c_1" for n in "123"}
    assert around.redirects == {"c_2": "c_1", "c_3": "c_1"}
    assert around.came == ((("crm", "2"), "c_2"), (("crm", "3"), "c_2"))
    assert around.went == {"c_2": {("crm", "2"), ("crm", "3")}, "c_3": {("crm", "3")}}
    three.undo(**WHO)
    assert three.around(["c_1"]).came == ()
