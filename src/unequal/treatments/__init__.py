"""Treatments: which policy acts on which customer now, and why.

`ready` compiles declared policies and the rules of every moment; `choose` decides for one moment. `preview` says what a policy would do to
a base, and holds it against protected attributes (its `impact`); `conflicts` finds policies that work against each other. `shapes` is what goes in
and comes out (with `REASONS`, why policies fall), `tiers` which service a customer has, `allocation` whom to treat where not everybody can be,
`check_preference` what customers may wish, `wording` how messages say what the moment says, `playbook` policies that are ready to begin with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.treatments import allocation, conflicts, playbook, preview, shapes, tiers, wording
    from unequal.treatments.choosing import choose
    from unequal.treatments.compiling import Policies, Rules, ready
    from unequal.treatments.preferences import check_preference

__all__ = [
    "Policies", "Rules", "allocation", "check_preference", "choose",
    "conflicts", "playbook", "preview", "ready", "shapes", "tiers", "wording",
]  # fmt: skip

open_by_name(
    __name__, __all__, choosing=["choose"], compiling=["Policies", "Rules", "ready"], preferences=["check_preference"],
)  # fmt: skip
