"""The review queue: pairs of records that want a look, most dollars first, one in ten drawn at random.

Dollars say where a mistake costs the most. They also hide every mistake among customers who
bring little, and say nothing of how good the links are: for both the random tenth stands there.
It is drawn from all pairs that were weighed, by the md5 of a seed and the pair, so that every
machine draws the same ones, and nobody can choose them.
"""

from __future__ import annotations

from typing import Final

import ibis

from unequal.terms.ids import SEPARATOR
from unequal.terms.money import TOTAL

PAIR: Final = ("source_a", "record_id_a", "source_b", "record_id_b")
RANDOM_EVERY: Final = 10
SEED: Final = "review"
WITHIN_BITS: Final = 5.0
"""Weights so near to the threshold are doubtful: odds of 32 to 1 either way."""

DOLLARS: Final = "dollars"
RANDOM: Final = "random"


def pairs_of(edges: ibis.Table) -> ibis.Table:
    """One row a pair.

    Args:
        edges: EDGE; a pair has a row for its weight, and one for each identifier that both share.

    Returns:
        source_a, record_id_a, source_b, record_id_b, identifier (the first that both share), weight (bits; null where
        nobody weighed the pair), links (whether anything links them), refused_because, weighed (whether `basis` is weight).
    """
    weighed = (edges["basis"] == "weight").cast("int64")
    grouped = edges.group_by(*PAIR).aggregate(
        identifier=edges["identifier"].min(),
        weight=edges["weight"].max(),
        linking=edges["links"].cast("int64").max(),
        refused_because=edges["refused_because"].min(),
        weighing=weighed.max(),
    )
    return grouped.mutate(links=grouped["linking"] == 1, weighed=grouped["weighing"] == 1).drop("linking", "weighing")


def draw_key(pairs: ibis.Table) -> ibis.Value:
    """What decides the order of random drawing: 32 hexadecimal digits, the same on every engine."""
    parts = [part for name in PAIR for part in (SEPARATOR, pairs[name])]
    return ibis.literal(SEED).concat(*parts).hexdigest("md5")


def threshold_of(edges: ibis.Table) -> ibis.Table:
    """The weight from which pairs link, one row and column `threshold`; null where no weight links."""
    by_weight = edges.filter(edges["basis"] == "weight", edges["links"])
    return by_weight.aggregate(threshold=by_weight["weight"].min())


def settled_threshold(figures: ibis.Table) -> ibis.Table:
    """The weight from which the run's model linked, one row and column `threshold`; null of a run that says none.

    The weakest link of a base may be far above it. Persons and organisations have one each; they differ by less than what is doubtful.

    Args:
        figures: MATCH_FIGURE.
    """
    return figures.filter(figures["name"] == "link_from").aggregate(threshold=lambda t: t.value.min())


def unjudged(pairs: ibis.Table, verdicts: ibis.Table) -> ibis.Table:
    """Pairs on which no verdict is in force."""
    return pairs.anti_join(verdicts, list(PAIR)).select(*pairs.columns)


def drawn_at_random(pairs: ibis.Table, number: int) -> ibis.Table:
    """The next pairs to be drawn, of all that were weighed; with `place`, from 1.

    Args:
        pairs: see pairs_of; unjudged ones.
        number: how many; fewer where there are no more.
    """
    weighed = pairs.filter(pairs["weighed"])
    key = draw_key(weighed)
    in_turn = weighed.mutate(place=(ibis.row_number().over(order_by=key) + 1).cast("int64"))
    return in_turn.filter(in_turn["place"] <= number)


def doubtful(pairs: ibis.Table, *, threshold: float | None, within: float) -> ibis.Table:
    """Pairs that could well be the other way round: weights near the threshold, and links that were refused.

    Args:
        pairs: see pairs_of; unjudged ones.
        threshold: bits from which pairs link; None where no weight links.
        within: bits on both sides of it.
    """
    refused = pairs["refused_because"].notnull() & (pairs["refused_because"] != "verdict")
    if threshold is None:
        return pairs.filter(refused)
    near = pairs["weighed"] & ((pairs["weight"] - threshold).abs() <= within)
    return pairs.filter(refused | near.fill_null(ibis.literal(value=False)))


def with_stakes(pairs: ibis.Table, crosswalk: ibis.Table, bands: ibis.Table, record_amounts: ibis.Table) -> ibis.Table:
    """Pairs with what hangs on them.

    Args:
        pairs: with the columns of PAIR.
        crosswalk: CUSTOMER_RECORD.
        bands: BAND.
        record_amounts: source, record_id, amount: what each record brings, at the level of the bands.

    Returns:
        The pairs, and customer_a, customer_b, at_stake: the smaller absolute amount of the two sides, DECIMAL(28,4). Sides
        are the two customers; where both records are of one customer, the two records, for it is they who would part.
    """
    joined = pairs
    for side in ("a", "b"):
        owners = crosswalk.select(**{f"source_{side}": "source", f"record_id_{side}": "record_id", f"customer_{side}": "customer_id"})
        whole = bands.select(**{f"customer_{side}": "customer_id", f"whole_{side}": "amount"})
        own = record_amounts.select(**{f"source_{side}": "source", f"record_id_{side}": "record_id", f"own_{side}": "amount"})
        record = [f"source_{side}", f"record_id_{side}"]
        for other, by in ((owners, record), (whole, [f"customer_{side}"]), (own, record)):
            new = [name for name in other.columns if name not in joined.columns]
            columns = joined.columns
            joined = joined.left_join(other, by).select(*columns, *new)
    zero = ibis.literal(0).cast(TOTAL)
    together = joined["customer_a"] == joined["customer_b"]
    side_a, side_b = (together.ifelse(joined[f"own_{side}"], joined[f"whole_{side}"]).fill_null(zero).abs() for side in ("a", "b"))
    at_stake = ibis.least(side_a, side_b).cast(TOTAL)
    return joined.mutate(at_stake=at_stake).select(*pairs.columns, "customer_a", "customer_b", "at_stake")


def queue(by_dollars: ibis.Table, by_lot: ibis.Table, *, limit: int) -> ibis.Table:
    """The queue: nine by dollars, then one by lot, and so on.

    Args:
        by_dollars: doubtful pairs with their stakes.
        by_lot: pairs drawn at random with their stakes and `place`.
        limit: how many rows.

    Returns:
        The pairs with `drawn` (dollars or random) and `position` from 1, in that order; a pair that the lot has drawn
        stands there alone.
    """
    others = by_dollars.anti_join(by_lot, list(PAIR)).select(*by_dollars.columns)
    place = ibis.row_number().over(order_by=[others["at_stake"].desc(), *(others[name] for name in PAIR)]).cast("int64")
    ranked = others.mutate(drawn=ibis.literal(DOLLARS), position=(place + place // (RANDOM_EVERY - 1) + 1).cast("int64"))
    lots = by_lot.mutate(drawn=ibis.literal(RANDOM), position=(by_lot["place"] * RANDOM_EVERY).cast("int64")).drop("place")
    both = ibis.union(ranked, lots.select(*ranked.columns), distinct=False)
    return both.order_by("position").limit(limit)
