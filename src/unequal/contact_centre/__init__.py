"""The contact centre: who is served next, by whom, and what it comes to.

`disciplines` says which of those who wait is served next; live routing and the simulation ask the same ones. `queueing` has Erlang's formulas, `offered_load`
draws what reaches a centre, `simulation` plays its days, and `intervals` says how sure the figures are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.contact_centre import disciplines, intervals, offered_load, queueing, simulation

__all__ = ["disciplines", "intervals", "offered_load", "queueing", "simulation"]

open_by_name(__name__, __all__)
