"""Treatments: which policy acts on which customer now, and why.

`ready` compiles declared policies and the rules of every moment; `choose` decides for one moment. `preview` says what a policy would do to
a base, `impact` holds it against protected attributes, `conflicts` finds policies that work against each other. `shapes` is what goes in
and comes out, `REASONS` why policies fall, `arm_of` how the lot of a holdout falls, `check_preference` what customers may wish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.treatments import conflicts, impact, preview, shapes
    from unequal.treatments.choosing import choose
    from unequal.treatments.compiling import Policies, Rules, ready
    from unequal.treatments.falling import REASONS
    from unequal.treatments.holdout import arm_of
    from unequal.treatments.preferences import check_preference

__all__ = [
    "REASONS", "Policies", "Rules", "arm_of", "check_preference", "choose",
    "conflicts", "impact", "preview", "ready", "shapes",
]  # fmt: skip

open_by_name(
    __name__, __all__, choosing=["choose"], compiling=["Policies", "Rules", "ready"], falling=["REASONS"], holdout=["arm_of"],
    preferences=["check_preference"],
)  # fmt: skip
