"""Whose row it is: which source's records a file's customer column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from unequal.sources.assessment import ColumnProfile, SharedIdentifier
from unequal.sources.column_values import Arrow, ColumnValues, pc
from unequal.sources.meanings import PERSONAL, Meaning
from unequal.sources.roles import CUSTOMER_WORDS, Roles
from unequal.sources.shared_identifiers import Identifier, identifiers_of, may_be_chance
from unequal.sources.vocabulary import words_of

_NEARLY_UNIQUE: Final = 0.98
_JOINED_FROM: Final = 0.5
_KEY_FROM: Final = 0.1
_WEAK: Final = frozenset({Meaning.GENDER, Meaning.TITLE, Meaning.REGION, Meaning.COUNTRY, Meaning.CITY, Meaning.POSTCODE, Meaning.SUFFIX})


@dataclass(frozen=True)
class Join:
    """A posting's customers are the records of another source."""

    column: str
    source: str
    id: str
    share: float


@dataclass
class Records:
    """The records that a source holds.

    Args:
        id: the column of their id.
        is_id: it is an id, and no address or name that stands for one.
        keys: declared keys, by name, that other sources carry too.
        whole: every row is one record (its id is unique).
    """

    id: str
    is_id: bool = True
    whole: bool = True
    keys: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Connected:
    """A source with the part it plays among the others."""

    name: str
    columns: tuple[ColumnProfile, ...]
    roles: Roles


def connect(sources: Sequence[Connected], shared: Sequence[SharedIdentifier]) -> tuple[dict[str, Join], dict[str, Records]]:
    """Which postings are joined to which records, and which sources hold records of their own."""
    joins: dict[str, Join] = {}
    records: dict[str, Records] = {}
    by_name = {source.name: source for source in sources}
    for source in sources:
        if source.roles.is_posting and (join := _join(source, by_name, shared)):
            joins[source.name] = join
            records[join.source] = Records(join.id)
    for source in sources:
        if source.name in joins or source.name in records:
            continue
        if source.roles.is_posting and source.roles.customer is not None:
            records[source.name] = Records(source.roles.customer, source.roles.customer_is_id, whole=False)
        elif (own := own_id(source)) and own != source.roles.document:
            records[source.name] = Records(own)
    _declare_keys(records, shared)
    return joins, records


def own_id(source: Connected) -> str | None:
    """The id of the persons or organisations that a table lists, one a row; None where it lists none."""
    described = [column for column in source.columns if column.meaning in PERSONAL - _WEAK]
    weak = {column.meaning for column in source.columns if column.meaning in _WEAK}
    ids = [column for column in source.columns if column.meaning == Meaning.ID and is_nearly_unique(column)]
    named = [column for column in ids if CUSTOMER_WORDS & set(words_of(column.name))]
    if not ids or not (described or (named and len(weak) > 1)):
        return None
    return (named or ids)[0].name


def is_nearly_unique(column: ColumnProfile) -> bool:
    """Whether nearly every row has a value of its own."""
    return column.complete >= _NEARLY_UNIQUE and column.distinct >= _NEARLY_UNIQUE * column.filled


def _join(source: Connected, by_name: Mapping[str, Connected], shared: Sequence[SharedIdentifier]) -> Join | None:
    """The best records for a posting's customer column: most of its values are ids there, each one record."""
    found = []
    for each in shared:
        if each.source != source.name or each.kind not in ("id", "key") or each.share < _JOINED_FROM:
            continue
        mine, theirs = each.columns[0], each.other_columns[0]
        other = by_name[each.other]
        target = next(column for column in other.columns if column.name == theirs)
        alike = _affinity(mine, theirs, each.other)
        is_customer = mine == source.roles.customer
        if other.roles.is_posting or not is_nearly_unique(target) or not own_id(other):
            continue
        if (each.may_be_chance and alike < 1) or (not is_customer and alike < 1):
            continue
        found.append(((is_customer, alike, each.share), Join(mine, each.other, theirs, each.share)))
    return max(found, key=lambda each: each[0])[1] if found else None


def _affinity(mine: str, theirs: str, other: str) -> int:
    """How much two names say the same: 2 the same name, 1 a customer's id in a list of customers, 0 nothing."""
    left, right = set(words_of(mine)), set(words_of(theirs))
    if left == right:
        return 2
    people = CUSTOMER_WORDS | {"crm", "customers", "clients", "members", "accounts", "contacts", "persons", "kunden", "resellers"}
    return 1 if left & CUSTOMER_WORDS and (right & CUSTOMER_WORDS or people & set(words_of(other))) else 0


def _declare_keys(records: Mapping[str, Records], shared: Sequence[SharedIdentifier]) -> None:
    """Sources that hold records under the same ids carry one key: the same id is the same customer."""
    for each in shared:
        mine, theirs = records.get(each.source), records.get(each.other)
        if mine is None or theirs is None or each.kind not in ("id", "key") or each.share < _KEY_FROM:
            continue
        same_name = set(words_of(each.columns[0])) == set(words_of(each.other_columns[0]))
        if mine.id != each.columns[0] or theirs.id != each.other_columns[0] or (each.may_be_chance and not same_name):
            continue
        name = next((key for holder in (mine, theirs) for key in holder.keys), None) or _slug(mine.id)
        mine.keys.setdefault(name, mine.id)
        theirs.keys.setdefault(name, theirs.id)


def _slug(name: str) -> str:
    text = "_".join(words_of(name)) or "key"
    return text if text[0].isalpha() else f"key_{text}"


def shared_of_values(sources: Sequence[tuple[str, Sequence[ColumnProfile], Sequence[ColumnValues]]]) -> tuple[SharedIdentifier, ...]:
    """What files share by ids and e-mails, from their distinct values in memory.

    Args:
        sources: name, profiles and values of each.
    """
    known: list[tuple[str, Identifier, Arrow]] = []
    for name, profiles, values in sources:
        by_name = {column.name: column for column in values}
        held = [identifier for identifier in identifiers_of(profiles) if identifier.kind in ("id", "email")]
        known += [(name, identifier, _normalised(by_name[identifier.columns[0]])) for identifier in held]
    found = []
    for name, mine, values_here in known:
        for other, theirs, values_there in known:
            if name == other or mine.kind != theirs.kind or not len(values_here):
                continue
            met = pc.sum(pc.is_in(values_here, value_set=values_there)).as_py() or 0
            if met:
                chance = may_be_chance(mine, theirs)
                found.append(
                    SharedIdentifier(name, mine.columns, other, theirs.columns, mine.kind, len(values_here), met, may_be_chance=chance)
                )
    return tuple(found)


def _normalised(column: ColumnValues) -> Arrow:
    return pc.unique(pc.replace_substring_regex(pc.utf8_upper(column.values), r"^([0-9]+)\.0$", r"\1"))
