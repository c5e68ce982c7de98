"""The base as a whole: how unevenly customers earn the money, in which bands they stand, and by which slice."""

from unequal.customer_base import steps
from unequal.customer_base.bands import band_totals, bands, customer_figures, units_of
from unequal.customer_base.concentration import Concentration, Units, concentration
from unequal.customer_base.curve import curve_points
from unequal.customer_base.give_backs import give_backs
from unequal.customer_base.slices import DIMENSIONS, slices

__all__ = [
    "DIMENSIONS",
    "Concentration",
    "Units",
    "band_totals",
    "bands",
    "concentration",
    "curve_points",
    "customer_figures",
    "give_backs",
    "slices",
    "steps",
    "units_of",
]
