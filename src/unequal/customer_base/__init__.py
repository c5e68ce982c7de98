"""The base as a whole: how unevenly customers earn the money, in which bands they stand, and by which slice."""

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
