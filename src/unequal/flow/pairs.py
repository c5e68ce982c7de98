"""Two records, and why they are one customer or not: the weight part by part, and what became of the pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from unequal.flow.doubts import in_force
from unequal.flow.reading import OpenBase
from unequal.identity import lookup, steps, stewardship
from unequal.terms.errors import IdentityError, StorageError
from unequal.terms.ids import SEPARATOR

Rows = Sequence[Mapping[str, Any]]

PRIOR: Final = "any two records"
TAKEN_OFF: Final = "households and namesakes"
_MODEL: Final = ("match_level", "match_figure", "value_frequency")
_GATHER: Final = "gather "

_GIVEN: Final[Mapping[str, tuple[str, ...]]] = {
    "given name": ("given_name", "full_name"), "family name": ("family_name", "full_name"), "birth date": ("birth_date",), "e-mail": ("email",),
    "phone": ("phone",), "street": ("street", "unit", "address"), "place": ("postcode", "city", "region", "address"), "gender": ("gender",),
    "tax id": ("tax_id",), "name": ("organisation_name", "full_name"), "e-mail domain": ("email",),
}  # fmt: skip
"""The attributes that tell what a comparison is about."""

_BECAUSE: Final[Mapping[str, str]] = {
    "deduplicated": "the link is refused: one source, which holds each customer once, has both",
    "generations": "the link is refused: one is the junior, the other the senior",
    "verdict": "the link is refused: a steward said that they are different",
    "kinds": "the link is refused: one is a person, the other an organisation",
    "others": "the link is refused: the records that each belongs with disagree",
}


@dataclass(frozen=True)
class PairExplained:
    """Two records side by side.

    Args:
        record_a, record_b: as they were asked for.
        kind: person or organisation.
        customer_a, customer_b: whose they are today.
        parts: prior, comparisons, and what households and namesakes take off: part, level, value_a, value_b (as given,
            the latest first), m, u, bits, rarity.
        weight: the sum of bits and rarity of all parts.
        probability: the same as a share.
        threshold: bits from which runs link.
        keys: by which runs bring the two together.
        outcome: what became of the pair, in words.
        edge: its row of EDGE; empty where there is none.
        verdicts: what stewards say of the two: verdict, author, reason.
        tests: which of the two are test accounts.
    """

    record_a: str
    record_b: str
    kind: str
    customer_a: str
    customer_b: str
    parts: Rows
    weight: float
    probability: float
    threshold: float
    keys: Sequence[str]
    outcome: str
    edge: Mapping[str, Any]
    verdicts: Rows
    tests: Sequence[str]


def explain_match(opened: OpenBase, one: str, other: str) -> PairExplained:
    """Why two records are one customer, or are not; also two that no run has compared.

    Args:
        opened: a published run.
        one, other: `source:record_id`.

    Raises:
        IdentityError: IDN010, there is no such record; IDN022, no model of their kind; IDN023, they are of two kinds, or one.
        StorageError: STO012, the run is older than look-ups.
    """
    owners = {name: _owner(opened, name) for name in (one, other)}
    first, second = min(owners, key=_record_of), max(owners, key=_record_of)
    project = opened.base.project
    known, base = lookup.base_of_pair(opened.engine, published(opened), [_record_of(name) for name in owners], project)
    found = lookup.pair_of(base, 0, 1)
    edge, tests = _edge(opened, _record_of(first), _record_of(second)), known.records["is_test"].to_pylist()
    said = [verdict for verdict in in_force(opened.state) if (verdict.a, verdict.b) == (_record_of(first), _record_of(second))]
    return PairExplained(
        record_a=one, record_b=other, kind=known.records["kind"].to_pylist()[0], customer_a=owners[one], customer_b=owners[other],
        parts=_parts(found, *(_given(opened, _record_of(name)) for name in (one, other))),
        weight=found.weight, probability=found.probability, threshold=found.threshold, keys=found.keys,
        outcome=_outcome(found, edge, together=owners[one] == owners[other]), edge=edge,
        verdicts=[{"verdict": verdict.verdict, "author": verdict.author, "reason": verdict.reason} for verdict in said],
        tests=[name for name, is_test in zip((first, second), tests, strict=True) if is_test],
    )  # fmt: skip


def published(opened: OpenBase) -> lookup.Published:
    """What of an open run look-ups need.

    Raises:
        StorageError: STO012, the run is older than look-ups.
    """
    indexed = opened.run.steps("index")
    if not indexed:
        raise StorageError("STO012", "the published run cannot be asked for somebody", seen=opened.run.run_id,
                           do="it was made by an older version: run `unequal run` once more")  # fmt: skip
    who = opened.run.step("who is who")
    return lookup.Published(
        records=opened.base.table("record"),
        attributes=opened.base.table("person_attribute"),
        match_key=opened.engine.read(indexed[0].table("match_key")),
        model={name: opened.engine.read(who.table(name)) for name in _MODEL},
        files=steps.files_of({step.name.removeprefix(_GATHER): step.folder for step in opened.run.steps(_GATHER)}),
    )


def _record_of(name: str) -> stewardship.Record:
    source, _, record_id = name.partition(":")
    return stewardship.Record(source, record_id.replace("|", SEPARATOR))


def _owner(opened: OpenBase, name: str) -> str:
    record, crosswalk = _record_of(name), opened.base.table("customer_record")
    found = opened.base.fetch(crosswalk.filter(crosswalk["source"] == record.source, crosswalk["record_id"] == record.record_id))
    if not found:
        raise IdentityError("IDN010", "nobody is known by that name", seen=name, do="give SOURCE:RECORD_ID as the source writes it")
    return str(found[0]["customer_id"])


def _edge(opened: OpenBase, a: stewardship.Record, b: stewardship.Record) -> Mapping[str, Any]:
    """The pair's row of EDGE."""
    edges = opened.base.table("edge")
    here = (
        edges["source_a"] == a.source,
        edges["record_id_a"] == a.record_id,
        edges["source_b"] == b.source,
        edges["record_id_b"] == b.record_id,
    )
    found = opened.base.fetch(edges.filter(*here).select("basis", "identifier", "weight", "links", "refused_because"))
    return found[0] if found else {}


def _given(opened: OpenBase, record: stewardship.Record) -> Mapping[str, str]:
    """What a record says, as its source writes it: attribute -> values, the latest first."""
    said = opened.base.table("person_attribute")
    rows = opened.base.fetch(
        said.filter(said["source"] == record.source, said["record_id"] == record.record_id).order_by("attribute", "rank")
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["attribute"]), []).append(str(row["value_given"]))
    return {name: " / ".join(values) for name, values in found.items()}


def _parts(found: lookup.PairWeighed, one: Mapping[str, str], other: Mapping[str, str]) -> list[dict[str, Any]]:
    nothing = dict.fromkeys(("level", "value_a", "value_b", "m", "u"))
    compared = [
        {
            "part": reason.comparison.removeprefix("key_").removeprefix("own_"), "level": reason.level,
            "value_a": _values(reason.comparison, one), "value_b": _values(reason.comparison, other),
            "m": reason.m, "u": reason.u, "bits": reason.bits, "rarity": reason.rarity,
        }
        for reason in found.reasons
    ]  # fmt: skip
    return [
        {"part": PRIOR, **nothing, "bits": found.prior, "rarity": 0.0}, *compared,
        {"part": TAKEN_OFF, **nothing, "bits": found.taken_off, "rarity": 0.0},
    ]  # fmt: skip


def _values(comparison: str, given: Mapping[str, str]) -> str | None:
    names = _GIVEN.get(comparison, (comparison.removeprefix("key_").removeprefix("own_"),))
    return ", ".join(given[name] for name in names if name in given) or None


def _outcome(found: lookup.PairWeighed, edge: Mapping[str, Any], *, together: bool) -> str:
    by = {"identifier": f"an exact identifier, {edge.get('identifier')}", "verdict": "a steward's verdict", "weight": "their weight"}
    if together:
        return f"one customer: linked by {by[edge['basis']]}" if edge.get("links") else "one customer, through other records"
    if edge.get("refused_because"):
        return f"two customers: {_BECAUSE[edge['refused_because']]}"
    if edge.get("links"):
        return "two customers: stewards have parted them since"
    if not found.keys:
        return "two customers: no key brings them together, so no run compares them"
    return "two customers: their weight is below the threshold" if found.weight < found.threshold else "two customers"
