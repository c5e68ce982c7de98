"""The contact centre: who is served next, by whom, and what it comes to.

`disciplines` says which of those who wait is served next; live routing and the simulation ask the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.contact_centre import disciplines

__all__ = ["disciplines"]

open_by_name(__name__, __all__)
