"""Meridian, a made company: six applications' extracts, and apart from them the truth about its customers.

`build` makes it, `begin` lets its policies act once it was run, `live_through` has its customers come by for a quarter of a year, `respond` answers decisions from planted potential outcomes, `Truth` reads
the truth for tests and benchmarks. No pipeline reads the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.demo.beginning import begin
    from unequal.demo.outcomes import respond
    from unequal.demo.quarter import live_through
    from unequal.demo.treatments import TREATMENTS
    from unequal.demo.truth import Truth
    from unequal.demo.world import build

__all__ = ["TREATMENTS", "Truth", "begin", "build", "live_through", "respond"]

open_by_name(
    __name__, __all__, beginning=["begin"], outcomes=["respond"], quarter=["live_through"], treatments=["TREATMENTS"], truth=["Truth"],
    world=["build"],
)  # fmt: skip
