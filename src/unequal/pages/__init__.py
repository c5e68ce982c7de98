"""What report and console pages share: templates, one stylesheet, a little script, tables and definitions."""

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
