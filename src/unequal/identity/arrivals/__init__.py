"""Records that arrive between runs: a published base brought into memory for them, and themselves read as a run reads them."""

from unequal.identity.arrivals.steps import known_rows, standing_in
from unequal.identity.arriving import Arrived, Standing

__all__ = ["Arrived", "Standing", "known_rows", "standing_in"]
