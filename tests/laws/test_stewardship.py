"""Whatever stewards do, and in whatever order, can be taken back to the last row."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.storage.states import difference, run

from unequal import storage
from unequal.identity import stewardship
from unequal.identity.stewardship import Record, Standing, Verdict
from unequal.storage.state import Action, Move, State, VerdictRow
from unequal.storage.state.membership import CUSTOMER_EVENT, CUSTOMER_MEMBERSHIP, CUSTOMER_REDIRECT
from unequal.terms.errors import StorageError, UnequalError

AT = datetime(2026, 2, 1, 12)


def everything(state: State) -> tuple[list[tuple], list[tuple]]:
    """Every row of who is who and of the redirects, all columns."""
    with state._engine.connect() as connection:
        return tuple(sorted(map(tuple, connection.execute(sa.select(table)))) for table in (CUSTOMER_MEMBERSHIP, CUSTOMER_REDIRECT))


def owners(state: State) -> dict[Record, str]:
    return {Record(*row[:2]): row[2] for row in everything(state)[0]}


def in_force(state: State) -> list[Verdict]:
    return [
        Verdict(
            Record(row.source_a, row.record_id_a), Record(row.source_b, row.record_id_b), row.verdict, row.author, row.reason, row.given_at
        )
        for row in state.verdicts()
    ]


def act(state: State, pairs: list[tuple[Record, Record, str]], day: date) -> str | None:
    """Give verdicts, as flow.reviewing does; hands back the code of a refusal."""
    words = [Verdict(*stewardship.in_order(one, other), word, "jo", "seen", AT) for one, other, word in pairs]
    around = state.around(state.customers_of({record for pair in pairs for record in pair[:2]}).values())
    standing = Standing(
        {Record(*record): since for record, since in around.members.items()}, around.redirects,
        [(Record(*record), former) for record, former in around.came],
        {former: frozenset(Record(*record) for record in records) for former, records in around.went.items()},
        in_force(state), (), state.is_used,
    )  # fmt: skip
    try:
        changes = stewardship.regroup(standing, words)
    except UnequalError as refused:
        return refused.code
    state.act(
        Action("verdicts", "jo", "seen", AT, state.current_run().run_id, state.last_action()),
        moves=[Move(kind, *record, before, after) for kind, record, before, after in changes.moves],
        redirects=changes.redirects,
        verdicts=[VerdictRow(*word.a, *word.b, word.verdict, word.author, word.reason, word.given_at) for word in words],
        day=day,
    )
    return None


def check_sound(state: State, ever: dict[str, set[Record]]) -> None:
    members, redirects = everything(state)
    living = {row[2] for row in members}
    for row in redirects:
        assert row[1] in living, "a redirect leads in one step to a customer who lives"
        assert row[0] not in living, "an id that leads elsewhere is no customer's"
    with state._engine.connect() as connection:
        events = connection.execute(sa.select(CUSTOMER_EVENT).order_by(CUSTOMER_EVENT.c.event)).mappings().all()
    replayed: dict[tuple[str, str], str] = {}
    for event in events:
        assert replayed.get((event["source"], event["record_id"])) == event["from_customer"]
        replayed[event["source"], event["record_id"]] = event["to_customer"]
    assert replayed == owners(state), "history replayed makes what stands"
    for verdict in in_force(state):
        assert (owners(state)[verdict.a] == owners(state)[verdict.b]) == (verdict.verdict == "same")
    for customer in living:
        own = {record for record, owner in owners(state).items() if owner == customer}
        assert own & ever.setdefault(customer, own), "an id comes back to those who had it, and to nobody else"
        ever[customer] |= own


@settings(max_examples=60, deadline=None)
@given(data=st.data(), parts=st.lists(st.integers(0, 4), min_size=2, max_size=9))
def test_undoing_all_in_turn_restores_every_row_that_stood_before(data: st.DataObject, parts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, storage.open_state(f"sqlite:///{Path(folder) / 'state.db'}") as state:
        records = [Record("crm", f"{at}") for at in range(len(parts))]
        state.publish(run("r1"), difference(*(("founded", f"{at}", None, f"c_{part}") for at, part in enumerate(parts))))
        before: list[tuple] = []
        ever: dict[str, set[Record]] = {}
        check_sound(state, ever)
        for step in range(data.draw(st.integers(1, 8))):
            if before and data.draw(st.booleans(), label="undo"):
                state.undo(author="jo", reason="no", given_at=AT)
                assert everything(state) == before.pop()
            else:
                pair = st.tuples(st.sampled_from(records), st.sampled_from(records), st.sampled_from(["same", "different"]))
                pairs = data.draw(st.lists(pair.filter(lambda drawn: drawn[0] != drawn[1]), min_size=1, max_size=3))
                stood = everything(state)
                code = act(state, pairs, date(2026, 2, 1) + timedelta(days=step))
                assert code in {None, "IDN012", "IDN013"}
                if code is None:
                    before.append(stood)
                else:
                    assert everything(state) == stood
            check_sound(state, ever)
        while before:
            state.undo(author="jo", reason="no", given_at=AT)
            assert everything(state) == before.pop()
            check_sound(state, ever)
        assert state.verdicts() == []
        with pytest.raises(StorageError, match="STO108"):
            state.undo(author="jo", reason="no", given_at=AT)
