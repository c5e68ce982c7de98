"""Stewards at work: what waits for a look, what a word would change, and its taking effect at once."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from unequal import ledger, storage
from unequal.flow.clock import utc_now
from unequal.flow.doubts import LIMIT, Queue, in_force, links_among, queue, weighed_pairs
from unequal.flow.opening import OpenProject
from unequal.flow.reading import OpenBase, open_base
from unequal.identity import stewardship
from unequal.terms.errors import IdentityError, Problems
from unequal.terms.ids import SEPARATOR
from unequal.terms.lines import WORD_OF_LEVEL

__all__ = ["LIMIT", "Outcome", "Queue", "Said", "judge", "log", "merge", "queue", "read_verdicts", "undo", "unmerge"]

Rows = Sequence[Mapping[str, Any]]
Record = stewardship.Record

COLUMNS: Final = ("a", "b", "verdict")
"""What a file of verdicts must have; `reason` and `author` may stand beside them."""


@dataclass(frozen=True)
class Said:
    """A word on two records, as a steward gives it; `SOURCE:RECORD_ID`, or a customer's id for its first record."""

    one: str
    other: str
    verdict: str
    reason: str = ""
    author: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a steward's action changes, or has changed.

    Args:
        action: its number; None while it is only looked at.
        kind, author, reason: of the action.
        verdicts: a, b, verdict: what the next runs will hold to.
        moves: from_customer, to_customer, records, amount: who goes where, with their dollars.
        customers: customer_id, records and amount before and after, of every customer concerned.
        redirects: old_id, customer_id: ids that lead elsewhere now; no customer: it is one again.
        left: records of an undone action that a run has moved on since, and that stay.
    """

    action: int | None
    kind: str
    author: str
    reason: str
    level: str
    currency: str
    verdicts: Rows
    moves: Rows
    customers: Rows
    redirects: Rows
    left: int = 0


@dataclass(frozen=True)
class Desk:
    """What one action works with."""

    opened: OpenBase
    author: str
    reason: str
    given_at: datetime

    @property
    def state(self) -> storage.State:
        return self.opened.state

    def verdict(self, one: Record, other: Record, word: str) -> stewardship.Verdict:
        """A word on two records."""
        a, b = stewardship.in_order(one, other)
        return stewardship.Verdict(a, b, word, self.author, self.reason, self.given_at)


Chosen = Callable[[Desk], Sequence[stewardship.Verdict]]


def judge(project: OpenProject, said: Sequence[Said], *, author: str, reason: str, commit: bool) -> Outcome:
    """Give verdicts on pairs of records; what they change, they change at once.

    Args:
        project: the project.
        said: the words; an own author and reason go before those of all.
        author, reason: of the action.
        commit: false to see what it would change.

    Raises:
        IdentityError: IDN010 nobody is known by a name; IDN011 to IDN015.
        Problems: several of these, told at once.
        StorageError: STO107, who is who changed meanwhile.
    """

    def chosen(desk: Desk) -> Sequence[stewardship.Verdict]:
        given, problems = [], []
        for word in said:
            own = replace(desk, author=word.author or author, reason=word.reason or reason)
            try:
                given.append(own.verdict(_record(desk, word.one), _record(desk, word.other), word.verdict))
            except IdentityError as error:
                problems.append(error)
        if problems:
            raise problems[0] if len(problems) == 1 else Problems(problems)
        return given

    return _act(project, "verdicts", chosen, author=author, reason=reason, commit=commit)


def merge(project: OpenProject, names: Sequence[str], *, author: str, reason: str, commit: bool) -> Outcome:
    """Make customers one: the oldest id stays, and the others lead to it.

    Args:
        project: the project.
        names: customers' ids, or records of theirs; the first record of each, or the one named, is said to be the same
            as that of the first.
        author, reason, commit: see judge.

    Raises:
        IdentityError: IDN010, IDN013, IDN014 they are one already.
    """

    def chosen(desk: Desk) -> Sequence[stewardship.Verdict]:
        first, *others = [_record(desk, name) for name in names]
        owner = desk.state.customers_of([first, *others])
        for other, name in zip(others, names[1:], strict=True):
            if owner[other] == owner[first]:
                raise IdentityError("IDN014", "they are one customer already", seen=f"{names[0]} and {name}: {owner[first]}",
                                    do="`unequal customer` shows the records that it is made of")  # fmt: skip
        return [desk.verdict(first, other, "same") for other in others]

    return _act(project, "merge", chosen, author=author, reason=reason, commit=commit)


def unmerge(project: OpenProject, names: Sequence[str], *, author: str, reason: str, commit: bool) -> Outcome:
    """Take records out of their customer: together they are another one.

    The records named are said to be the same as the first of them, and that one to be different from every record that
    stays: so the next run can join none of them again by another way.

    Args:
        project: the project.
        names: `SOURCE:RECORD_ID`, all of one customer.
        author, reason, commit: see judge.

    Raises:
        IdentityError: IDN010; IDN012, they were merged by an action, which wants undoing; IDN014 nobody would stay;
            IDN015 they are of several customers.
    """

    def chosen(desk: Desk) -> Sequence[stewardship.Verdict]:
        leaving = sorted({_record(desk, name, customers=False) for name in names})
        owners = sorted(set(desk.state.customers_of(leaving).values()))
        if len(owners) > 1:
            raise IdentityError("IDN015", "records to take out are of several customers", seen=", ".join(owners),
                                do="take them out of each customer on its own")  # fmt: skip
        staying = sorted({Record(*record) for record in desk.state.around(owners).members} - set(leaving))
        if not staying:
            raise IdentityError("IDN014", "no record would stay with the customer", seen=owners[0],
                                do="name only the records that belong to somebody else")  # fmt: skip
        together = [desk.verdict(leaving[0], other, "same") for other in leaving[1:]]
        return [*together, *(desk.verdict(leaving[0], other, "different") for other in staying)]

    return _act(project, "unmerge", chosen, author=author, reason=reason, commit=commit)


def undo(project: OpenProject, number: int | None, *, author: str, reason: str, commit: bool) -> Outcome:
    """Take back an action, the last one in force by default: who is who, days and redirects are as they were before it.

    Raises:
        StorageError: STO108, there is none; STO109, a later one was done on top of it.
    """
    with open_base(project) as opened:
        desk = Desk(opened, author, reason, utc_now())
        wanted = opened.state.undo(number, author=author, reason=reason, given_at=desk.given_at, commit=False)
        named = {customer for move in wanted.moves for customer in (move.from_customer, move.to_customer)}
        before = {Record(*record): customer for record, (customer, _) in opened.state.around(named).members.items()}
        done = opened.state.undo(wanted.action.undoes, author=author, reason=reason, given_at=desk.given_at) if commit else wanted
        after = before | {Record(move.source, move.record_id): move.to_customer for move in done.moves}
        outcome = _outcome(desk, done.action if commit else replace(done.action, number=0), before, after, done.redirects, ())
        return replace(outcome, left=done.left)


def log(project: OpenProject) -> Rows:
    """Every action, the last first: what it was, by whom, why, and whether it is undone."""
    with storage.open_state(project.state_url) as state:
        given = Counter(verdict.action for verdict in state.verdicts())
        return [
            {"action": action.number, "kind": action.kind, "author": action.author, "reason": action.reason,
             "given_at": f"{action.given_at.isoformat(timespec='seconds')}Z", "verdicts": given[action.number],
             "undoes": action.undoes, "undone_by": action.undone_by}
            for action in reversed(state.actions())
        ]  # fmt: skip


def read_verdicts(path: Path) -> list[Said]:
    """Verdicts from a CSV file with the columns a, b, verdict and, where they are there, reason and author.

    Raises:
        IdentityError: IDN016, a column is missing, or a verdict is neither same nor different; Problems for several.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        rows = list(reader)
    if missing:
        raise IdentityError("IDN016", "the file is no list of verdicts", where=str(path), seen=f"no column {', '.join(missing)}",
                            do="give it the columns a, b, verdict, and reason or author where they differ")  # fmt: skip
    wrong = [
        IdentityError("IDN016", "a verdict is same or different", where=f"{path}, row {number}", seen=str(row["verdict"]), do="correct it")
        for number, row in enumerate(rows, start=1)
        if str(row["verdict"]).strip() not in stewardship.VERDICTS
    ]
    if wrong:
        raise wrong[0] if len(wrong) == 1 else Problems(wrong)
    text = [{name: (row.get(name) or "").strip() for name in (*COLUMNS, "reason", "author")} for row in rows]
    return [Said(row["a"], row["b"], row["verdict"], row["reason"], row["author"]) for row in text]


def _act(project: OpenProject, kind: str, chosen: Chosen, *, author: str, reason: str, commit: bool) -> Outcome:
    """Choose the verdicts of an action, work out what they change, and write it where it is meant."""
    with open_base(project) as opened:
        desk = Desk(opened, author, reason, utc_now())
        standing_words = in_force(opened.state)
        known = {(verdict.a, verdict.b, verdict.verdict) for verdict in standing_words}
        new = {key: verdict for verdict in chosen(desk) if (key := (verdict.a, verdict.b, verdict.verdict)) not in known}
        given = list(new.values())
        if not given:
            raise IdentityError("IDN014", "nothing new is said", seen="every verdict of it is in force already",
                                do="`unequal review log` lists what was done")  # fmt: skip
        given = weighed_pairs(opened, given)
        standing = _standing(desk, given, standing_words)
        regrouped = stewardship.regroup(standing, given)
        action = storage.state.Action(kind, author, reason, desk.given_at, opened.run.run_id, opened.last_action)
        if commit:
            action = _commit(desk, project, action, regrouped, given)
        before = {record: customer for record, (customer, _) in standing.members.items()}
        shown = action if commit else replace(action, number=0)
        return _outcome(desk, shown, before, regrouped.customer, regrouped.redirects, given)


def _commit(
    desk: Desk, project: OpenProject, action: storage.state.Action, regrouped: stewardship.Regrouped, given: Iterable[stewardship.Verdict]
) -> storage.state.Action:
    day = datetime.now(ZoneInfo(project.config.time_zone)).date()
    moves = [storage.state.Move(kind, *record, before, after) for kind, record, before, after in regrouped.moves]
    rows = [
        storage.state.VerdictRow(*one.a, *one.b, one.verdict, one.author, one.reason, one.given_at, one.drawn, one.weight, one.linked)
        for one in given
    ]
    return desk.state.act(action, moves=moves, redirects=regrouped.redirects, verdicts=rows, day=day).action


def _standing(desk: Desk, given: Sequence[stewardship.Verdict], words: Sequence[stewardship.Verdict]) -> stewardship.Standing:
    """What stands around the customers whom verdicts are about."""
    owners = desk.state.customers_of({record for verdict in given for record in (verdict.a, verdict.b)})
    around = desk.state.around(owners.values())
    members = {Record(*record): since for record, since in around.members.items()}
    parting = any(verdict.verdict == "different" for verdict in (*given, *words))
    return stewardship.Standing(
        members=members,
        redirects=around.redirects,
        came=[(Record(*record), former) for record, former in around.came],
        went={former: frozenset(Record(*record) for record in records) for former, records in around.went.items()},
        verdicts=words,
        links=links_among(desk.opened, members) if parting else (),
        is_used=desk.state.is_used,
    )


def _record(desk: Desk, name: str, *, customers: bool = True) -> Record:
    """The record of a name; of a customer's id, the first of its records, one that is still delivered if there is any."""
    source, colon, record_id = name.partition(":")
    record = Record(source, record_id.replace("|", SEPARATOR))
    if colon and desk.state.customers_of([record]):
        return record
    if customers and not colon:
        crosswalk = desk.opened.base.table("customer_record")
        found = desk.opened.base.fetch(crosswalk.filter(crosswalk["customer_id"] == desk.state.redirect(name)))
        if found:
            first = min(found, key=lambda row: (not row["seen"], row["source"], row["record_id"]))
            return Record(str(first["source"]), str(first["record_id"]))
    raise IdentityError("IDN010", "nobody is known by that name", seen=name,
                        do="give SOURCE:RECORD_ID as the source writes it" + (", or a customer's id (c_...)" if customers else ""))  # fmt: skip


def _outcome(
    desk: Desk, action: storage.state.Action, before: Mapping[Record, str], after: Mapping[Record, str],
    redirects: Mapping[str, str | None], given: Iterable[stewardship.Verdict],
) -> Outcome:  # fmt: skip
    """Customers, records and dollars before and after."""
    amounts = _amounts(desk.opened, {*before.values(), *after.values()})
    moved = [record for record in before if before[record] != after[record]]
    ways = Counter((before[record], after[record]) for record in moved)
    dollars: Counter[tuple[str, str]] = Counter()
    for record in moved:
        dollars[before[record], after[record]] += amounts.get(record, Decimal(0))  # type: ignore[assignment]
    return Outcome(
        action=action.number or None, kind=action.kind, author=action.author, reason=action.reason,
        level=WORD_OF_LEVEL[desk.opened.base.level], currency=desk.opened.base.project.reporting_currency,
        verdicts=[{"a": verdict.a.shown, "b": verdict.b.shown, "verdict": verdict.verdict} for verdict in given],
        moves=[{"from_customer": old, "to_customer": new, "records": ways[old, new], "amount": dollars[old, new]} for old, new in ways],
        customers=_sides(before, after, amounts),
        redirects=[{"old_id": old, "customer_id": new} for old, new in redirects.items()],
    )  # fmt: skip


def _sides(before: Mapping[Record, str], after: Mapping[Record, str], amounts: Mapping[Record, Decimal]) -> Rows:
    rows = []
    for customer in sorted({*before.values(), *after.values()}):
        sides = [[record for record, owner in owners.items() if owner == customer] for owners in (before, after)]
        worth = [sum((amounts.get(record, Decimal(0)) for record in side), Decimal(0)) for side in sides]
        rows.append({"customer_id": customer, "records_before": len(sides[0]), "records_after": len(sides[1]),
                     "amount_before": worth[0], "amount_after": worth[1]})  # fmt: skip
    return rows


def _amounts(opened: OpenBase, customers: set[str]) -> dict[Record, Decimal]:
    """What each record of some customers brings at the base's level."""
    entries = opened.base.table("entry")
    own = entries.filter(entries["customer_id"].isin(sorted(customers)))
    summed = own.group_by("record_source", "record").aggregate(amount=ledger.level_amount(own, opened.base.level))
    return {Record(str(row["record_source"]), str(row["record"])): Decimal(str(row["amount"])) for row in opened.base.fetch(summed)}
