"""Stewards' actions, written and taken back: each is one transaction, and history only grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state.customer_live import bump_led
from unequal.storage.state.membership import CUSTOMER_EVENT, CUSTOMER_MEMBERSHIP, CUSTOMER_REDIRECT
from unequal.storage.state.runs import current_run
from unequal.storage.state.stewardship import REDIRECT_EVENT, STEWARD_ACTION, VERDICT, Action, Done, Move, VerdictRow
from unequal.terms.errors import StorageError

_UNDO: Final = "undo"


def last_action(connection: sa.Connection) -> int:
    """Number of the last action; 0 before the first."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(STEWARD_ACTION.c.action), 0))).scalar_one())


def actions(connection: sa.Connection) -> list[Action]:
    """Every action, oldest first."""
    rows = connection.execute(sa.select(STEWARD_ACTION).order_by(STEWARD_ACTION.c.action)).mappings().all()
    undone = {row["undoes"]: row["action"] for row in rows if row["undoes"] is not None}
    return [
        Action(row["kind"], row["author"], row["reason"], row["given_at"], row["run_id"], row["action"], row["undoes"],
               undone.get(row["action"]))
        for row in rows
    ]  # fmt: skip


def verdicts(connection: sa.Connection) -> list[VerdictRow]:
    """Verdicts in force, those of undone actions left out; in the order in which they were given."""
    undone = sa.select(STEWARD_ACTION.c.undoes).where(STEWARD_ACTION.c.undoes.is_not(None))
    wanted = sa.select(VERDICT).where(VERDICT.c.action.not_in(undone)).order_by(VERDICT.c.verdict_number)
    return [
        VerdictRow(**{name: value for name, value in row.items() if name != "verdict_number"})
        for row in connection.execute(wanted).mappings()
    ]


def act(
    connection: sa.Connection,
    action: Action,
    *,
    moves: Sequence[Move],
    redirects: Mapping[str, str | None],
    verdict_rows: Sequence[VerdictRow],
    day: date,
) -> Done:
    """Write an action that was worked out against action `action.number` as the last one; see State.act."""
    _take_turn(connection)
    run = current_run(connection)
    seen = last_action(connection)
    if run is None or (run.run_id, seen) != (action.run_id, action.number):
        raise _meanwhile(f"run {run.run_id if run else 'none'}, action {seen}; worked out on {action.run_id}, action {action.number}")
    written = _written(connection, action)
    name = _name(written.number)
    faults.point("state write action")
    for move in moves:
        now = _standing(connection, move.source, move.record_id)
        if now is None or now["customer_id"] != move.from_customer:
            raise _meanwhile(f"{move.source}:{move.record_id} is elsewhere now")
        _move(connection, written.number, move, now, (move.to_customer, day, name))
    for old_id, to in redirects.items():
        _lead(connection, written.number, old_id, None if to is None else (to, name))
    _give(connection, written.number, verdict_rows)
    faults.point("state commit action")
    return Done(written, tuple(moves), dict(redirects))


def undo(connection: sa.Connection, wanted: int | None, *, author: str, reason: str, given_at: datetime) -> Done:
    """Take an action back; see State.undo."""
    _take_turn(connection)
    target = _undoable(connection, wanted)
    run = current_run(connection)
    action = Action(_UNDO, author, reason, given_at, run.run_id if run else target.run_id, last_action(connection), target.number)
    written = _written(connection, action)
    faults.point("state write undo")
    events = connection.execute(sa.select(CUSTOMER_EVENT).where(CUSTOMER_EVENT.c.action == target.number).order_by(CUSTOMER_EVENT.c.event))
    moves, left = [], 0
    for event in events.mappings().all():
        move = _put_back(connection, written.number, event)
        left += move is None
        moves += [] if move is None else [move]
    redirects = _redirects_put_back(connection, written.number, target.number)
    redirects |= _leading_nowhere(connection, written.number, moves)
    faults.point("state commit undo")
    return Done(written, tuple(moves), redirects, left)


def _undoable(connection: sa.Connection, wanted: int | None) -> Action:
    """The action that is to be taken back: nothing that came later may rest on it."""
    done = actions(connection)
    in_force = [action for action in done if action.kind != _UNDO and action.undone_by is None]
    if wanted is None and in_force:
        return in_force[-1]
    target = next((action for action in in_force if action.number == wanted), None)
    if target is None:
        raise StorageError("STO108", "there is no such action to undo", seen="none is in force" if wanted is None else f"action {wanted}",
                           do="`unequal review log` lists the actions, and which are undone")  # fmt: skip
    concerned = _concerned(connection, target.number)
    for later in reversed([action for action in in_force if action.number > target.number]):
        if concerned & _concerned(connection, later.number):
            raise StorageError("STO109", f"action {later.number} was done on top of action {target.number}",
                               seen=f"{later.kind} by {later.author}, {later.given_at:%Y-%m-%d %H:%M} UTC",
                               do=f"undo action {later.number} first")  # fmt: skip
    return target


def _concerned(connection: sa.Connection, number: int) -> set[str]:
    """Every customer id that an action touched."""
    event, redirect = CUSTOMER_EVENT.c, REDIRECT_EVENT.c
    moved = connection.execute(sa.select(event.from_customer, event.to_customer).where(event.action == number).distinct())
    led = connection.execute(sa.select(redirect.old_id, redirect.from_customer, redirect.to_customer).where(redirect.action == number))
    return {customer for row in (*moved, *led) for customer in row if customer is not None}


def _put_back(connection: sa.Connection, number: int, event: Mapping[Any, Any]) -> Move | None:
    """A record back to where it was; None where a later run has taken it out of the customer that the action gave it."""
    now = _standing(connection, event["source"], event["record_id"])
    if now is None or now["customer_id"] not in {event["to_customer"], _leads_to(connection, event["to_customer"])}:
        return None
    move = Move("undone", event["source"], event["record_id"], now["customer_id"], event["from_customer"])
    _move(connection, number, move, now, (event["from_customer"], event["from_since"], event["from_run"]))
    return move


def _redirects_put_back(connection: sa.Connection, number: int, target: int) -> dict[str, str | None]:
    """Redirects as they were before an action, the last changed first, as far as they lead to a customer that lives."""
    changed = connection.execute(sa.select(REDIRECT_EVENT).where(REDIRECT_EVENT.c.action == target).order_by(REDIRECT_EVENT.c.event.desc()))
    back: dict[str, str | None] = {}
    for event in changed.mappings().all():
        lives = _has_members(connection, event["from_customer"] or event["old_id"])
        if not lives:
            # A run has taken all of its records elsewhere: then the id leads there, as it did.
            continue
        before = None if event["from_customer"] is None else (event["from_customer"], event["from_run"])
        _lead(connection, number, event["old_id"], before)
        back[event["old_id"]] = event["from_customer"]
    return back


def _leading_nowhere(connection: sa.Connection, number: int, moves: Sequence[Move]) -> dict[str, str | None]:
    """Redirects that a run has pointed at a customer whom the undo has emptied go where its records went."""
    went: dict[str, Counter[str]] = {}
    for move in moves:
        went.setdefault(move.from_customer, Counter())[move.to_customer] += 1
    led: dict[str, str | None] = {}
    for emptied in sorted(went):
        if _has_members(connection, emptied):
            continue
        heir = max(sorted(went[emptied]), key=lambda customer: went[emptied][customer])
        pointing = sa.select(CUSTOMER_REDIRECT.c.old_id).where(CUSTOMER_REDIRECT.c.customer_id == emptied)
        for old_id in connection.execute(pointing).scalars().all():
            _lead(connection, number, old_id, (heir, _name(number)))
            led[old_id] = heir
    return led


def _take_turn(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        # The same lock as a publisher's: an action comes before a run is published or after it, never between.
        connection.execute(sa.text("LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE"))


def _written(connection: sa.Connection, action: Action) -> Action:
    written = replace(action, number=action.number + 1)
    connection.execute(
        STEWARD_ACTION.insert().values(action=written.number, kind=action.kind, author=action.author, reason=action.reason,
                                       given_at=action.given_at, run_id=action.run_id, undoes=action.undoes)
    )  # fmt: skip
    return written


def _name(number: int) -> str:
    """How an action stands where else a run's id stands: what put a record, or a redirect, where it is."""
    return f"action:{number}"


def _standing(connection: sa.Connection, source: str, record_id: str) -> Mapping[Any, Any] | None:
    member = CUSTOMER_MEMBERSHIP.c
    wanted = sa.select(CUSTOMER_MEMBERSHIP).where(member.source == source, member.record_id == record_id)
    return connection.execute(wanted).mappings().first()


def _move(connection: sa.Connection, number: int, move: Move, now: Mapping[Any, Any], to: tuple[str, date, str]) -> None:
    connection.execute(
        CUSTOMER_EVENT.insert().values(
            run_id=_name(number), action=number, kind=move.kind, source=move.source, record_id=move.record_id,
            from_customer=now["customer_id"], to_customer=to[0], from_since=now["since"], from_run=now["since_run"])
    )  # fmt: skip
    member = CUSTOMER_MEMBERSHIP.c
    put = CUSTOMER_MEMBERSHIP.update().where(member.source == move.source, member.record_id == move.record_id)
    connection.execute(put.values(customer_id=to[0], since=to[1], since_run=to[2]))


def _lead(connection: sa.Connection, number: int, old_id: str, to: tuple[str, str] | None) -> None:
    """Let an id lead to a customer, by what was said so; or nowhere."""
    one = CUSTOMER_REDIRECT.c.old_id == old_id
    now = connection.execute(sa.select(CUSTOMER_REDIRECT).where(one)).mappings().first()
    connection.execute(
        REDIRECT_EVENT.insert().values(action=number, old_id=old_id, from_customer=now["customer_id"] if now else None,
                                       from_run=now["run_id"] if now else None, to_customer=to[0] if to else None)
    )  # fmt: skip
    connection.execute(CUSTOMER_REDIRECT.delete().where(one))
    if to is not None:
        connection.execute(CUSTOMER_REDIRECT.insert().values(old_id=old_id, customer_id=to[0], run_id=to[1]))
    bump_led(connection, {old_id, *([now["customer_id"]] if now else []), *(to[:1] if to else ())})


def _give(connection: sa.Connection, number: int, rows: Sequence[VerdictRow]) -> None:
    if not rows:
        return
    first = connection.execute(sa.select(sa.func.coalesce(sa.func.max(VERDICT.c.verdict_number), 0) + 1)).scalar_one()
    connection.execute(
        VERDICT.insert(), [{**asdict(row), "action": number, "verdict_number": at} for at, row in enumerate(rows, start=first)]
    )


def _leads_to(connection: sa.Connection, customer_id: str) -> str:
    wanted = sa.select(CUSTOMER_REDIRECT.c.customer_id).where(CUSTOMER_REDIRECT.c.old_id == customer_id)
    return str(connection.execute(wanted).scalar() or customer_id)


def _has_members(connection: sa.Connection, customer_id: str) -> bool:
    member = CUSTOMER_MEMBERSHIP.c
    return connection.execute(sa.select(member.source).where(member.customer_id == customer_id).limit(1)).first() is not None


def _meanwhile(seen: str) -> StorageError:
    return StorageError("STO107", "who is who has changed since this was worked out", seen=seen,
                        do="look again and give it again; nothing was changed")  # fmt: skip
