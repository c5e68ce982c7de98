"""Answers as HTML: the whole report, one page for a board, and a piece for a notebook with its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.report import audiences
    from unequal.report.excerpt import fragment
    from unequal.report.long_form import full
    from unequal.report.one_page import board
    from unequal.report.pictures import chart_of

__all__ = ["audiences", "board", "chart_of", "fragment", "full"]

open_by_name(__name__, __all__, excerpt=["fragment"], long_form=["full"], one_page=["board"], pictures=["chart_of"])
