"""Measuring, breaking and shortening text before it is drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unequal.charts.lettering import isolated, shortened, text_width, wrapped


def test_wide_letters_take_more_room_than_narrow_ones_and_bold_more_than_plain():
    assert text_width("WWW") > 3 * text_width("lll")
    assert text_width("Profit", bold=True) > text_width("Profit")
    assert text_width("客户") > text_width("ab")
    assert text_width("e\N{COMBINING ACUTE ACCENT}") == text_width("e")


def test_words_stay_together_where_they_fit():
    assert wrapped("Discounts off the invoice", 90) == ["Discounts off", "the invoice"]
    assert wrapped("Freight", 90) == ["Freight"]
    assert wrapped("", 90) == [""]


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=120), width=st.integers(30, 300), lines=st.integers(1, 4)
)
def test_no_line_is_wider_than_its_room_and_none_too_many(text, width, lines):
    broken = wrapped(text, width, lines=lines)
    assert 1 <= len(broken) <= lines
    assert all(text_width(line) <= width for line in broken)


def test_what_is_cut_shows_that_it_is():
    assert shortened("Donaudampfschiffahrtsgesellschaft", 90).endswith("…")
    assert shortened("short", 90) == "short"


def test_only_names_that_turn_the_direction_are_isolated():
    assert isolated("Ann") == "Ann"
    assert isolated("مريم") == "\N{FIRST STRONG ISOLATE}مريم\N{POP DIRECTIONAL ISOLATE}"
