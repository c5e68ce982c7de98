"""The one stylesheet: readable in both themes, on paper, without motion, and asking nobody for anything."""

from __future__ import annotations

import re

import pytest

from unequal import pages
from unequal.charts import TOKENS

TEXTS = ("ink", "ink2", "ink3", "value", "loss", "grow", "core")
SURFACES = ("bg", "surface", "sunken")
ON_SOFT = [
    ("ink", "value-soft"),
    ("ink2", "value-soft"),
    ("loss", "value-soft"),
    ("ink", "loss-soft"),
    ("loss", "loss-soft"),
    ("grow", "grow-soft"),
    ("core", "core-soft"),
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_guideline_measures_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), [*((text, surface) for text in TEXTS for surface in SURFACES), *ON_SOFT])
def test_text_has_four_and_a_half_to_one_on_every_surface_it_stands_on(text, surface, theme):
    assert contrast(TOKENS[text][theme], TOKENS[surface][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("mark", "surface"),
    [("border", "surface"), ("border", "bg"), ("value", "surface"), ("loss", "surface"), ("core", "surface"), ("ink", "bg")],
)
def test_borders_of_controls_bars_and_focus_have_three_to_one(mark, surface, theme):
    assert contrast(TOKENS[mark][theme], TOKENS[surface][theme]) >= 3


def test_both_themes_follow_the_system_and_can_be_chosen():
    css = pages.stylesheet()
    assert css.startswith(":root{color-scheme:light")
    assert "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" in css
    assert ":root[data-theme=dark]{" in css
    for name, token in TOKENS.items():
        assert f"--{name}:{token.light}" in css
        assert f"--{name}:{token.dark}" in css


def test_paper_is_light_whatever_theme_was_chosen():
    assert "@media print{:root:root:root{color-scheme:light" in pages.stylesheet()


def test_focus_is_visible_and_motion_can_be_refused():
    css = pages.stylesheet()
    assert ":focus-visible{outline: 2px solid var(--ink)" in css
    assert "prefers-reduced-motion: reduce" in css


def test_the_stylesheet_fetches_nothing_and_uses_only_known_tokens():
    css = pages.stylesheet()
    assert not re.search(r"@import|url\(|https?:", css)
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= {*TOKENS, "font"}


def test_colours_stand_in_tokens_only():
    own = pages.stylesheet().split("*,*::before", 1)[1]
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", own)) <= {"#fff"}  # the white of paper


def test_the_script_is_short_and_asks_nobody():
    script = pages.script()
    assert len(script.splitlines()) < 120
    assert not re.search(r"fetch\(|XMLHttpRequest|import |https?:|innerHTML|eval|document\.write", script)


def test_squeezing_keeps_the_rules():
    assert pages.squeezed("/* note */ a > b , c {\n  color : red ;\n}\n") == "a>b,c{color : red}"
