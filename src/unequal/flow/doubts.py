"""What the run's evidence says to stewards: links around some customers, one pair's weight, and the review queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import ibis

from unequal import ledger, storage
from unequal.flow.opening import OpenProject
from unequal.flow.reading import OpenBase, open_base
from unequal.identity import stewardship
from unequal.terms.lines import WORD_OF_LEVEL

Rows = Sequence[Mapping[str, Any]]

LIMIT: Final = 20
WITHIN_BITS: Final = stewardship.doubts.WITHIN_BITS
_SHARED_SHOWN: Final = 10
_BASIS: Final = ("verdict", "identifier", "weight")


@dataclass(frozen=True)
class Queue:
    """What waits for a steward.

    Args:
        pairs: position, a, b, customer_a, customer_b, at_stake, weight, links, refused_because, identifier, drawn.
        shared: identifiers on too many records to mean anyone, the most records first.
        waiting: how many doubtful pairs there are in all.
        accuracy: what verdicts on random pairs say of the links.
    """

    level: str
    currency: str
    pairs: Rows
    shared: Rows
    waiting: int
    accuracy: Mapping[str, Any]


def queue(project: OpenProject, *, limit: int = LIMIT, within: float = WITHIN_BITS) -> Queue:
    """Doubtful pairs that nobody has judged, by dollars at stake, one in ten drawn at random from all that were weighed.

    Args:
        project: the project.
        limit: how many pairs.
        within: bits on both sides of the threshold that are doubtful.
    """
    with open_base(project) as opened:
        doubts = stewardship.doubts
        unjudged = _unjudged(opened)
        threshold = _threshold(opened, within)
        wanted = opened.engine.materialise(doubts.doubtful(unjudged, threshold=threshold, within=within), "doubtful")
        lots = opened.engine.materialise(doubts.drawn_at_random(unjudged, limit // doubts.RANDOM_EVERY), "lots")
        base = opened.base
        sides = (base.table("customer_record"), base.table("band"), _record_amounts(opened))
        found = doubts.queue(doubts.with_stakes(wanted, *sides), doubts.with_stakes(lots, *sides), limit=limit)
        shared = base.table("shared_identifier").order_by(ibis.desc("records"), "identifier", "source", "record_id").limit(_SHARED_SHOWN)
        return Queue(
            level=WORD_OF_LEVEL[base.level], currency=base.project.reporting_currency,
            pairs=[_shown(row) for row in opened.engine.fetch(found)], shared=base.fetch(shared), waiting=opened.engine.count(wanted),
            accuracy=accuracy_of(in_force(opened.state)),
        )  # fmt: skip


def _threshold(opened: OpenBase, within: float) -> float | None:
    """Where pairs link, as the run that judged the bands by doubtful links had it; where no pair is doubtful by that, the weakest link."""
    doubts, known = stewardship.doubts, edges(opened)
    both = (doubts.settled_threshold(opened.base.table("match_figure")), doubts.threshold_of(known))
    settled, weakest = (None if (told := opened.engine.fetch(one)[0]["threshold"]) is None else float(told) for one in both)
    near = doubts.doubtful(doubts.pairs_of(known), threshold=settled, within=within)
    return settled if opened.engine.count(near) else weakest


def in_force(state: storage.State) -> list[stewardship.Verdict]:
    """Every verdict in force, as identity reads them."""
    record = stewardship.Record
    return [
        stewardship.Verdict(record(row.source_a, row.record_id_a), record(row.source_b, row.record_id_b), row.verdict, row.author,
                            row.reason, row.given_at, row.drawn, row.weight, row.linked, row.action)
        for row in state.verdicts()
    ]  # fmt: skip


def accuracy_of(verdicts: Sequence[stewardship.Verdict]) -> Mapping[str, Any]:
    """Accuracy as plain values: right and missed, each with number, of, share, low, high."""
    found = stewardship.accuracy(verdicts)
    return {
        name: {**asdict(share), "share": share.share, "low": share.interval[0], "high": share.interval[1]}
        for name, share in (("right", found.right), ("missed", found.missed))
    }


def edges(opened: OpenBase) -> ibis.Table:
    """EDGE, with `basis` and `links` for runs that do not say them: there every edge is an identifier, and links unless refused."""
    found = opened.base.table("edge")
    if "links" in found.columns:
        return found
    basis = (found["identifier"] == "verdict").ifelse("verdict", "identifier")
    return found.mutate(basis=basis, links=found["refused_because"].isnull())


def links_among(opened: OpenBase, records: Iterable[stewardship.Record]) -> list[tuple[stewardship.Record, stewardship.Record]]:
    """Pairs of some records that the run linked, strongest first."""
    types = {"source": "string", "record_id": "string"}
    wanted = opened.engine.rows(types, [record._asdict() for record in records])
    found = edges(opened)
    found = found.filter(found["links"])
    for side in ("a", "b"):
        own = wanted.select(**{f"source_{side}": "source", f"record_id_{side}": "record_id"})
        found = found.semi_join(own, [f"source_{side}", f"record_id_{side}"])
    rows = opened.engine.fetch(found.select(*stewardship.doubts.PAIR, "basis", "weight"))
    rows.sort(key=lambda row: (_BASIS.index(row["basis"]), -(row["weight"] or 0.0), *(row[name] for name in stewardship.doubts.PAIR)))
    return [
        (stewardship.Record(row["source_a"], row["record_id_a"]), stewardship.Record(row["source_b"], row["record_id_b"])) for row in rows
    ]


def weighed_pairs(opened: OpenBase, verdicts: Sequence[stewardship.Verdict]) -> list[stewardship.Verdict]:
    """Verdicts with what the run thinks of their pairs, and whether the lot has drawn them."""
    doubts = stewardship.doubts
    pairs = [dict(zip(doubts.PAIR, (*verdict.a, *verdict.b), strict=True)) for verdict in verdicts]
    wanted = opened.engine.rows(dict.fromkeys(doubts.PAIR, "string"), pairs)
    every = doubts.pairs_of(edges(opened))
    found = _by_pair(opened.engine.fetch(every.semi_join(wanted, list(doubts.PAIR))))
    lots = _by_pair(opened.engine.fetch(doubts.drawn_at_random(_unjudged(opened), LIMIT // doubts.RANDOM_EVERY)))
    weighed = []
    for verdict in verdicts:
        pair = (*verdict.a, *verdict.b)
        row = found.get(pair, {"weight": None, "links": None})
        drawn = doubts.RANDOM if pair in lots else doubts.DOLLARS
        weighed.append(replace(verdict, weight=row["weight"], linked=row["links"], drawn=drawn))
    return weighed


def _by_pair(rows: Rows) -> dict[tuple[str, ...], Mapping[str, Any]]:
    return {tuple(str(row[name]) for name in stewardship.doubts.PAIR): row for row in rows}


def _unjudged(opened: OpenBase) -> ibis.Table:
    doubts = stewardship.doubts
    judged = [dict(zip(doubts.PAIR, (*verdict.a, *verdict.b), strict=True)) for verdict in in_force(opened.state)]
    return doubts.unjudged(doubts.pairs_of(edges(opened)), opened.engine.rows(dict.fromkeys(doubts.PAIR, "string"), judged))


def _record_amounts(opened: OpenBase) -> ibis.Table:
    """What each record brings: source, record_id, amount."""
    entries = opened.base.table("entry")
    own = entries.filter(ledger.is_real_customer(entries["customer_id"]))
    return own.group_by(source="record_source", record_id="record").aggregate(amount=ledger.level_amount(own, opened.base.level))


def _shown(row: Mapping[str, Any]) -> Mapping[str, Any]:
    a, b = (stewardship.Record(row[f"source_{side}"], row[f"record_id_{side}"]).shown for side in ("a", "b"))
    kept = ("customer_a", "customer_b", "at_stake", "weight", "links", "refused_because", "identifier", "drawn")
    return {"position": row["position"], "a": a, "b": b, **{name: row[name] for name in kept}}
