"""What report and console pages share: templates, one stylesheet, a little script, tables and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.pages.definitions import Definition, define, definition_keys
    from unequal.pages.environment import environment, policy, script, squeezed, stylesheet
    from unequal.pages.headings import term_of
    from unequal.pages.house_words import in_words_of_the_house
    from unequal.pages.listing import Column, Listing

__all__ = [
    "Column",
    "Definition",
    "Listing",
    "define",
    "definition_keys",
    "environment",
    "in_words_of_the_house",
    "policy",
    "script",
    "squeezed",
    "stylesheet",
    "term_of",
]

open_by_name(
    __name__,
    __all__,
    definitions=["Definition", "define", "definition_keys"],
    environment=["environment", "policy", "script", "squeezed", "stylesheet"],
    headings=["term_of"],
    house_words=["in_words_of_the_house"],
    listing=["Column", "Listing"],
)
