"""Answers as HTML: the whole report, one page for a board, and a piece for a notebook with its chart."""

from unequal.report import audiences
from unequal.report.excerpt import fragment
from unequal.report.long_form import full
from unequal.report.one_page import board
from unequal.report.pictures import chart_of

__all__ = ["audiences", "board", "chart_of", "fragment", "full"]
