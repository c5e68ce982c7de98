"""Schemes by which customers are banded: the three bands, shares of customers or of profit, growth, and rules of one's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Final, Literal

import ibis

from unequal import config
from unequal.customer_base.bands import BANDS, Limits
from unequal.predicates import compile_batch, parse
from unequal.terms.money import TOTAL

PROFIT: Final = "profit"
THREE: Final = BANDS
"""The bands of the scheme profit, best first."""
MOST_VALUABLE, MOST_GROWABLE, OTHERS, BELOW_ZERO = "most_valuable", "most_growable", "others", "below_zero"
BEST_OF: Final = 5
"""Most Valuable are the best one of so many, as everywhere here where the best fifth is meant."""
PYRAMID: Final = {"platinum": 0.05, "gold": 0.15, "iron": 0.3, "lead": 0.5}
"""The customer pyramid of Zeithaml, Rust & Lemon (2001) names its four tiers and no sizes; these are ours, and a config declares others."""
TENTHS: Final = {f"tenth_{number}": 0.1 for number in range(1, 11)}
_PLACES: Final = Decimal("0.0001")
_VERSION_LETTERS: Final = 12


@dataclass(frozen=True)
class Scheme:
    """How customers are banded.

    Args:
        name: its name.
        kind: three: by distance from zero; customers, profit: by shares of them; growable; rules.
        bands: their names, best first.
        cuts: of shares: up to which share each band but the last one reaches, counted from the best.
        limits: of three: where the lines are drawn.
        rules: of rules: text by band, in the order in which they are tried.
    """

    name: str
    kind: Literal["three", "customers", "profit", "growable", "rules"]
    bands: tuple[str, ...]
    cuts: tuple[Decimal, ...] = ()
    limits: Limits | None = None
    rules: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> str:
        """A digest of the definition: bands of two versions are not comparable."""
        limits = [] if self.limits is None else [str(self.limits.within), str(self.limits.share_of_sales)]
        told = json.dumps([self.kind, self.bands, [str(cut) for cut in self.cuts], limits, self.rules])
        return hashlib.sha256(told.encode()).hexdigest()[:_VERSION_LETTERS]


def schemes_of(project: config.Project) -> dict[str, Scheme]:
    """Every scheme of a project by its name: ours, and its own."""
    base = project.customer_base
    limits = Limits(Decimal(base.break_even_within), Decimal(str(base.break_even_share_of_sales)))
    found = {
        PROFIT: Scheme(PROFIT, "three", BANDS, limits=limits),
        "platinum": _by_shares("platinum", PYRAMID, "customers"),
        "growable": Scheme("growable", "growable", (MOST_VALUABLE, MOST_GROWABLE, OTHERS, BELOW_ZERO)),
        "tenths": _by_shares("tenths", TENTHS, "customers"),
    }
    for name, one in project.movement.schemes.items():
        if one.kind == "shares":
            found[name] = _by_shares(name, one.bands, one.of)
        else:
            rules = tuple((band.name, band.when) for band in one.bands)
            found[name] = Scheme(name, "rules", (*(band for band, _ in rules), one.otherwise), rules=rules)
    return found


def _by_shares(name: str, shares: Mapping[str, float], of: Literal["customers", "profit"]) -> Scheme:
    sums = list(accumulate(Decimal(str(share)) for share in shares.values()))
    return Scheme(name, of, tuple(shares), tuple(cut.quantize(_PLACES) for cut in sums[:-1]))


def banded_by(scheme: Scheme, figures: ibis.Table, known: ibis.Table | None = None) -> ibis.Table:
    """The band of each customer by a scheme.

    Args:
        scheme: how.
        figures: CUSTOMER_FIGURE of the window.
        known: customer_id and what rules and growth may name of a customer, as of the run; needed by growable, and by rules that name
            any of it.

    Returns:
        CUSTOMER_FIGURE and band. Shares are counted from the best customer on, ties by customer_id; a share that ends within a customer
        holds it. Nobody at or below zero stands in any band but the last of a scheme by shares of profit.

    Raises:
        PredicateError: a rule names what is not there.
    """
    if scheme.limits is not None:
        return figures.mutate(band=scheme.limits.band(figures["amount"], figures["sales"]))
    if scheme.kind == "rules":
        return _by_rules(scheme, figures, known)
    table = figures if known is None or scheme.kind != "growable" else _beside(figures, known.select("customer_id", "is_growable"))
    order = ibis.window(order_by=[table["amount"].desc(), table["customer_id"]])
    placed = table.mutate(_place=ibis.row_number().over(order).cast("int64"), _all=table.count().over(ibis.window()).cast("int64"))
    if scheme.kind == "growable":
        band = ibis.cases(
            ((placed["_place"] < placed["_all"] // BEST_OF) & (placed["amount"] > 0), MOST_VALUABLE),
            (placed["amount"] < 0, BELOW_ZERO),
            (placed["is_growable"].coalesce(ibis.literal(value=False)), MOST_GROWABLE),
            else_=OTHERS,
        )
    else:
        band = _by_rank(scheme, placed)
    return placed.mutate(band=band).select(*figures.columns, "band")


def _by_rank(scheme: Scheme, placed: ibis.Table) -> ibis.Value:
    """The first band whose share is not yet used up by the customers before."""
    cuts = [ibis.literal(cut, "decimal(10, 4)") for cut in scheme.cuts]
    if scheme.kind == "customers":
        place, every = (placed[name].cast("decimal(18, 4)") for name in ("_place", "_all"))
        inside = [place < (every * cut).cast("decimal(28, 8)") for cut in cuts]
    else:
        gain = ibis.greatest(placed["amount"], ibis.literal(0).cast(TOTAL))
        sofar = ibis.window(order_by=[placed["amount"].desc(), placed["customer_id"]], preceding=None, following=0)
        before = gain.sum().over(sofar).cast(TOTAL) - gain
        every = gain.sum().over(ibis.window()).cast(TOTAL)
        inside = [(placed["amount"] > 0) & (before.cast(TOTAL) < (every * cut).cast("decimal(38, 8)")) for cut in cuts]
    return ibis.cases(*zip(inside, scheme.bands, strict=False), else_=scheme.bands[-1])


def _by_rules(scheme: Scheme, figures: ibis.Table, known: ibis.Table | None) -> ibis.Table:
    table = figures if known is None else _beside(figures, known)
    types = {name: str(kind).removeprefix("!") for name, kind in table.schema().items()}
    held = [(compile_batch(parse(text, types, where=f"movement.schemes.{scheme.name}"), table), band) for band, text in scheme.rules]
    band = ibis.cases(*((test.coalesce(ibis.literal(value=False)), name) for test, name in held), else_=scheme.bands[-1])
    return table.mutate(band=band).select(*figures.columns, "band")


def _beside(figures: ibis.Table, known: ibis.Table) -> ibis.Table:
    added = [name for name in known.columns if name not in figures.columns]
    return figures.left_join(known, "customer_id").select(*figures.columns, *added)


def order_of(bands: Sequence[str]) -> dict[str, int]:
    """Band -> its place from the best, 0 on."""
    return {band: place for place, band in enumerate(bands)}
