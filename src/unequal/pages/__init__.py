"""What report and console pages share: templates, one stylesheet, a little script, tables and definitions."""

from unequal.pages.definitions import Definition, define, definition_keys
from unequal.pages.environment import environment, policy, script, squeezed, stylesheet
from unequal.pages.listing import Column, Listing

__all__ = [
    "Column",
    "Definition",
    "Listing",
    "define",
    "definition_keys",
    "environment",
    "policy",
    "script",
    "squeezed",
    "stylesheet",
]
