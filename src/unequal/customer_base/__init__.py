"""The base as a whole: how unevenly customers earn the money, in which bands they stand, and by which slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.customer_base import definitions, rollups, steps
    from unequal.customer_base.bands import band_totals, bands, customer_figures, units_of
    from unequal.customer_base.concentration import Concentration, concentration
    from unequal.customer_base.curve import curve_points
    from unequal.customer_base.give_backs import give_backs
    from unequal.customer_base.slices import slices

__all__ = [
    "Concentration",
    "band_totals",
    "bands",
    "concentration",
    "curve_points",
    "customer_figures",
    "definitions",
    "give_backs",
    "rollups",
    "slices",
    "steps",
    "units_of",
]

open_by_name(
    __name__,
    __all__,
    bands=["band_totals", "bands", "customer_figures", "units_of"],
    concentration=["Concentration", "concentration"],
    curve=["curve_points"],
    give_backs=["give_backs"],
    slices=["slices"],
)
