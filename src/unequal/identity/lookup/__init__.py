"""Looking somebody up: a partial record, or a pair, held against a published run."""

from unequal.identity.lookup.asked import asked, exact, identifiers
from unequal.identity.lookup.looking_up import Identified, PairWeighed, found, identified, pair_of
from unequal.identity.lookup.match_keys import Askable
from unequal.identity.lookup.steps import Published, base_for, base_of_pair, everybody, index, of_kind

__all__ = [
    "Askable", "Identified", "PairWeighed", "Published", "asked", "base_for", "base_of_pair", "everybody", "exact", "found", "identified", "identifiers", "index", "of_kind", "pair_of",
]  # fmt: skip
