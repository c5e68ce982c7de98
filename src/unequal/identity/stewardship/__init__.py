"""Stewards: their verdicts, what these change at once, what waits for a look, and how right the links are."""

from unequal.identity.membership import customers_of
from unequal.identity.stewardship import doubts, overlay
from unequal.identity.stewardship.accuracy import Accuracy, accuracy
from unequal.identity.stewardship.regrouping import Regrouped, Standing, regroup
from unequal.identity.stewardship.verdicts import VERDICTS, Record, Verdict, in_order

__all__ = ["VERDICTS", "Accuracy", "Record", "Regrouped", "Standing", "Verdict", "accuracy", "customers_of",
           "doubts", "in_order", "overlay", "regroup"]  # fmt: skip
