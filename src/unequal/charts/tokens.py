"""The colours that charts and pages share, named for what they mean.

Colour means money only: value is money earned, loss is money destroyed, grow is money not
yet earned. Everything else is a grey of the ink. Charts are drawn in the light colours,
each of which belongs to one token, so that a rendering can put the token's CSS variable
in the colour's place and follow the reader's theme.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Token(NamedTuple):
    """One colour in both themes, as #rrggbb."""

    light: str
    dark: str


TOKENS: Final[dict[str, Token]] = {
    "bg": Token("#f3f5f2", "#0d1311"),
    "surface": Token("#ffffff", "#141c19"),
    "sunken": Token("#e9ece7", "#1b2521"),
    "line": Token("#dbdfd8", "#26322d"),
    "line2": Token("#b9c1b9", "#3c4a44"),
    "border": Token("#858f88", "#66736d"),
    "ink": Token("#13201b", "#e7ede9"),
    "ink2": Token("#43504a", "#aebab4"),
    "ink3": Token("#5f6b65", "#8b9892"),
    "value": Token("#0b6b57", "#45c2a0"),
    "value-soft": Token("#d9ebe4", "#12342b"),
    "loss": Token("#b0381d", "#ff8d6e"),
    "loss-soft": Token("#f8e2da", "#3d1c14"),
    "grow": Token("#855700", "#e2b455"),
    "grow-soft": Token("#f6e9cc", "#352809"),
    "core": Token("#385a8a", "#8fb2e6"),
    "core-soft": Token("#dfe8f4", "#1a2a42"),
}
"""Token name: its colours. Text and marks keep WCAG 2.2 AA contrast on every surface; a test computes it."""


def light(token: str) -> str:
    """The light colour of a token, which is what charts are drawn in."""
    return TOKENS[token].light
