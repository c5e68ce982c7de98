"""What a steward's words change among a few customers: who leaves whom, and under which id.

The words are taken as the next run will take them. First all that is said to be the same comes
together, customer by customer. Then a customer who holds two records that are said to be
different comes apart along the evidence, from the strongest link down; what no link ties to
either side stays with the larger one.

Ids follow the records, by the rules of customer_ids with one more before them: a part that had
an id of its own before it came here, and leaves as it came, gets that id back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from unequal.identity.customer_ids import NONE, assign_ids
from unequal.identity.stewardship.verdicts import DIFFERENT, SAME, Record, Verdict, check_consistent
from unequal.terms.errors import IdentityError
from unequal.terms.ids import founding_customer_id

Pair = tuple[Record, Record]


@dataclass(frozen=True)
class Standing:
    """What stands around the customers concerned.

    Args:
        members: record -> customer and since when, of every record of theirs.
        redirects: ids that lead to one of them -> which.
        came: (record, former customer) of records that came to one of them, oldest first.
        went: former id -> every record that left it, of ids that are no customer's today.
        verdicts: all that are in force.
        links: pairs that the run linked, strongest first.
        is_used: whether an id is, or ever was, a customer's.
    """

    members: Mapping[Record, tuple[str, date]]
    redirects: Mapping[str, str]
    came: Sequence[tuple[Record, str]]
    went: Mapping[str, frozenset[Record]]
    verdicts: Sequence[Verdict]
    links: Sequence[Pair]
    is_used: Callable[[str], bool]


@dataclass(frozen=True)
class Regrouped:
    """What changes.

    Args:
        customer: record -> its customer after, of every record concerned.
        moves: (kind, record, customer before, customer after) of records that move, in order; kind is merged or split.
        redirects: id -> where it leads from now on; None: it is a customer again.
    """

    customer: Mapping[Record, str]
    moves: tuple[tuple[str, Record, str, str], ...]
    redirects: Mapping[str, str | None]


def regroup(standing: Standing, given: Sequence[Verdict]) -> Regrouped:
    """Work out what verdicts change.

    Args:
        standing: every customer that holds a record of the verdicts, whole.
        given: the new verdicts, of which nothing is in force yet.

    Raises:
        IdentityError: IDN012, they contradict each other or those in force; IDN013, customers cannot be
            one because of records of theirs that are said to be different.
    """
    every = [*standing.verdicts, *given]
    check_consistent(every)
    before = {record: standing.members[record][0] for record in sorted(standing.members)}
    together = _joined(before, [verdict for verdict in given if verdict.verdict == SAME])
    _check_apart(together, standing.verdicts, before)
    parts = _parted(together, every, standing.links)
    return _named(before, parts, standing)


def _joined(before: Mapping[Record, str], said_same: Iterable[Verdict]) -> dict[Record, str]:
    """Whole customers together; each group is called by one of the customers in it."""
    leads: dict[str, str] = {}

    def root(customer: str) -> str:
        while customer in leads:
            customer = leads[customer]
        return customer

    for verdict in said_same:
        one, other = root(before[verdict.a]), root(before[verdict.b])
        if one != other:
            leads[other] = one
    return {record: root(customer) for record, customer in before.items()}


def _check_apart(together: Mapping[Record, str], in_force: Iterable[Verdict], before: Mapping[Record, str]) -> None:
    """Whole customers come together: refuse where one holds a record that is not the same as one of the other."""
    for verdict in in_force:
        a, b = verdict.a, verdict.b
        if verdict.verdict == DIFFERENT and a in together and together[a] == together.get(b) and before[a] != before[b]:
            raise IdentityError(
                "IDN013", "these customers cannot be one", seen=f"{verdict.shown}; they are of {before[a]} and {before[b]}",
                do=f"undo action {verdict.action} first, if that is wrong; or take the record out of its customer: unequal review unmerge",
            )  # fmt: skip


def _parted(together: Mapping[Record, str], verdicts: Sequence[Verdict], links: Sequence[Pair]) -> list[list[Record]]:
    """The groups after those that hold two different ones came apart, each in order of its records."""
    foes: dict[Record, set[Record]] = {}
    for verdict in verdicts:
        if verdict.verdict == DIFFERENT:
            foes.setdefault(verdict.a, set()).add(verdict.b)
            foes.setdefault(verdict.b, set()).add(verdict.a)
    said_same = [(verdict.a, verdict.b) for verdict in verdicts if verdict.verdict == SAME]
    parts: list[list[Record]] = []
    for _, group in groupby(sorted(together, key=lambda record: (together[record], record)), key=together.__getitem__):
        records = list(group)
        inside = set(records)
        if all(foes[record].isdisjoint(inside) for record in records if record in foes):
            parts.append(records)
            continue
        own = [(a, b) for a, b in (*said_same, *links) if a in inside and b in inside]
        parts += _apart(records, own, foes)
    return sorted(parts)


def _apart(records: Sequence[Record], links: Sequence[Pair], foes: Mapping[Record, set[Record]]) -> list[list[Record]]:
    """One group along its links, strongest first, so that no two different ones stay together; the fewest parts that come of it."""
    part_of = {record: {record} for record in records}

    def join(one: set[Record], other: set[Record]) -> bool:
        if one is other or any(not foes[record].isdisjoint(other) for record in one if record in foes):
            return False
        one |= other
        part_of.update(dict.fromkeys(other, one))
        return True

    for a, b in links:
        join(part_of[a], part_of[b])
    distinct = {id(part): part for part in part_of.values()}.values()
    bases: list[set[Record]] = []
    for part in sorted(distinct, key=lambda part: (-len(part), min(part))):
        if not any(join(base, part) for base in bases):
            bases.append(part)
    return [sorted(base) for base in bases]


def _named(before: Mapping[Record, str], parts: Sequence[Sequence[Record]], standing: Standing) -> Regrouped:
    """The parts under their ids."""
    restored = _restored(before, parts, standing)
    heirs, leads = _inherited(before, parts, restored, standing)
    customer: dict[Record, str] = {}
    given: set[str] = set()
    for at, part in enumerate(parts):
        name = restored.get(at) or heirs.get(at) or _founded(part[0], lambda wanted: wanted in given or standing.is_used(wanted))
        given.add(name)
        customer.update(dict.fromkeys(part, name))
    old = set(before.values())
    moves = tuple(
        ("merged" if customer[record] in old else "split", record, before[record], customer[record])
        for record in sorted(before)
        if customer[record] != before[record]
    )
    redirects: dict[str, str | None] = {name: None for name in restored.values() if name in standing.redirects}
    redirects |= {name: heir for name, heir in leads.items() if name != heir}
    for name, target in standing.redirects.items():
        if name not in redirects:
            goes = {customer[record] for record in standing.went.get(name, ()) if record in customer}
            now = goes.pop() if len(goes) == 1 else leads.get(target, target)
            redirects |= {name: now} if now != target else {}
    return Regrouped(customer, moves, redirects)


def _restored(before: Mapping[Record, str], parts: Sequence[Sequence[Record]], standing: Standing) -> dict[int, str]:
    """Place of a part -> the id that it had before it came to the customer that it leaves, if it has that id for itself."""
    latest = dict(standing.came)
    split: dict[str, list[int]] = {}
    for at, part in enumerate(parts):
        owners = {before[record] for record in part}
        if len(owners) == 1:
            split.setdefault(owners.pop(), []).append(at)
    found: dict[int, str] = {}
    for customer, places in split.items():
        own = {at: name for at in places if (name := _own_id(parts[at], latest, customer, standing)) is not None}
        whole = len(parts[places[0]]) == sum(owner == customer for owner in before.values())
        if len(own) == len(places):
            # The customer goes on in its largest part, whatever that was called before.
            del own[min(places, key=lambda at: (-len(parts[at]), parts[at][0]))]
        found |= {} if whole else own
    return found


def _own_id(part: Sequence[Record], latest: Mapping[Record, str], customer: str, standing: Standing) -> str | None:
    """The free id that most of a part had just before, if most of those who had it and are here are in the part."""
    had = Counter(latest[record] for record in part if record in latest)
    for name, records in sorted(had.items(), key=lambda item: (-item[1], item[0])):
        free = name in standing.went and standing.redirects.get(name, customer) == customer
        of_it = sum(former == name and standing.members[record][0] == customer for record, former in latest.items())
        if free and records * 2 > len(part) and records * 2 > of_it:
            return name
    return None


def _inherited(
    before: Mapping[Record, str], parts: Sequence[Sequence[Record]], restored: Mapping[int, str], standing: Standing
) -> tuple[dict[int, str], dict[str, str]]:
    """Place of a part -> the customer of before that it is; and for each of those the one it is now."""
    records = sorted(before)
    number = {record: at for at, record in enumerate(records)}
    names = sorted(set(before.values()))
    code = {name: at for at, name in enumerate(names)}
    label = np.zeros(len(records), dtype=np.int64)
    codes = np.zeros(len(records), dtype=np.int64)
    for at, part in enumerate(parts):
        for record in part:
            label[number[record]] = number[part[0]]
            codes[number[record]] = NONE if at in restored else code[before[record]]
    founded = np.full(len(names), np.iinfo(np.int64).max, dtype=np.int64)
    days = np.array([standing.members[record][1].toordinal() for record in records], dtype=np.int64)
    np.minimum.at(founded, [code[before[record]] for record in records], days)
    assigned = assign_ids(label, codes, founded)
    heirs = {at: int(assigned.heir[number[part[0]]]) for at, part in enumerate(parts)}
    return (
        {at: names[heir] for at, heir in heirs.items() if heir != NONE},
        {name: names[assigned.leads_to[at]] for name, at in code.items()},
    )


def _founded(record: Record, is_used: Callable[[str], bool]) -> str:
    """A new id, founded by a record, never used before."""
    wanted = free = founding_customer_id(*record)
    number = 1
    while is_used(free):
        number += 1
        free = f"{wanted}_{number}"
    return free
