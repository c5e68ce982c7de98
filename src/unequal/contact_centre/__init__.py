"""The contact centre: who is served next, by whom, and what it comes to.

`disciplines` says which of those who wait is served next; live routing and the simulation ask the same ones. `routing` says where a contact goes, `adapters` reads what other systems send of it, and `tiers` what levels
of service cost and earn, `host_tasks` whom hosts should call. `observed_load` reads from the contacts of the base what reaches a centre, `offered_load` draws days of it, `simulation` plays them, and
`comparison` lays disciplines side by side in waiting, abandonment and dollars. `queueing` has Erlang's formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.contact_centre import (
        adapters,
        comparison,
        disciplines,
        host_tasks,
        observed_load,
        offered_load,
        queueing,
        routing,
        simulation,
        tiers,
    )

__all__ = [
    "adapters",
    "comparison",
    "disciplines",
    "host_tasks",
    "observed_load",
    "offered_load",
    "queueing",
    "routing",
    "simulation",
    "tiers",
]

open_by_name(__name__, __all__)
