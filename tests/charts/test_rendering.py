"""Charts as SVG that follows the page's theme, and as PNG."""

from __future__ import annotations

import re
import struct
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from unequal.charts import TOKENS, bars, png, svg, warm_up, waterfall, whale_curve

D = Decimal
NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def curve():
    points = [{"rank": rank, "cumulative": D(rank * (150 - rank))} for rank in range(101)]
    return whale_curve(points, currency="USD", top_fifth=D(2600), top_fifth_share=D("0.52"))


def test_every_colour_is_a_variable_of_the_page(curve):
    drawn = svg(curve)
    assert not re.search(r"#[0-9a-f]{3,8}\b", drawn, re.IGNORECASE)
    used = set(re.findall(r"var\(--([\w-]+)\)", drawn))
    assert {"value", "value-soft", "loss", "loss-soft", "ink", "line", "surface"} <= used <= set(TOKENS)


@pytest.mark.parametrize(("theme", "column"), [("light", 0), ("dark", 1)])
def test_a_picture_that_stands_alone_carries_the_theme_itself(curve, theme, column):
    drawn = svg(curve, theme)
    assert "var(" not in drawn
    assert TOKENS["value"][column] in drawn
    assert "font-family=" in drawn


def test_no_two_tokens_share_a_light_colour_for_then_they_could_not_be_told_apart():
    assert len({token.light for token in TOKENS.values()}) == len(TOKENS)


def test_a_chart_and_its_marks_are_named_for_those_who_cannot_see_them(curve):
    root = ET.fromstring(svg(curve))
    assert root.get("role") == "graphics-document"
    assert root.get("aria-label", "").startswith("Whale curve: cumulative profit of customers ranked from most to least. Peak $5,625")
    stops = root.findall(f".//{NAMESPACE}g[@class='readout']//{NAMESPACE}path[@aria-label]")
    assert len(stops) > 20
    assert stops[-1].get("aria-label") == "First 100% of customers: $5,000, 100% of profit"
    assert all(stop.get("role") == "graphics-symbol" for stop in stops)


def test_a_chart_asks_for_nothing_from_outside(curve):
    drawn = svg(curve)
    assert not re.search(r"(href|src|url\(|@import|<script|<image|<foreignObject)", drawn, re.IGNORECASE)
    assert set(re.findall(r"https?://[^\s\"']+", drawn)) == {"http://www.w3.org/2000/svg"}


def test_ids_of_two_charts_differ_so_that_they_can_share_a_page(curve):
    other = svg(bars([{"value": "a", "amount": D(1)}], currency="USD"))
    ids = [set(re.findall(r' id="([^"]+)"', drawn)) for drawn in (svg(curve), other)]
    assert not ids[0] & ids[1]


def test_the_same_chart_is_drawn_the_same_twice(curve):
    assert svg(curve) == svg(curve)


def test_a_curve_stays_light_enough_for_a_page_of_sixty_kilobytes(curve):
    points = [{"rank": rank, "cumulative": D(rank * (150_000 - rank))} for rank in range(0, 100_001, 500)]
    wide, narrow = (svg(whale_curve(points, currency="USD", width=width)) for width in (1134, 332))
    assert len(wide.encode()) + len(narrow.encode()) < 30_000


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.mark.parametrize("width", [332, 710])
def test_hostile_names_are_text_and_nothing_else(width):
    drawn = [
        svg(bars([{"value": HOSTILE, "amount": D(1)}], currency="USD", width=width)),
        svg(waterfall([{"label": HOSTILE, "amount": D(1)}], currency="USD", total_label="Profit", width=width)),
    ]
    for picture in drawn:
        tags = {element.tag.removeprefix(NAMESPACE) for element in ET.fromstring(picture).iter()}
        assert tags <= {"svg", "g", "path", "line", "text", "tspan", "rect"}
        assert "<script" not in picture
        assert "<img" not in picture


def test_a_quote_in_a_currency_or_name_does_not_break_the_axis():
    points = [{"rank": 0, "cumulative": D(0)}, {"rank": 12, "cumulative": D(120)}]
    assert "o&apos;x" in svg(whale_curve(points, currency="o'x")).replace("'", "&apos;")


def test_a_png_has_the_size_of_the_chart_times_the_scale(curve):
    picture = png(curve, scale=2)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (2188, 660)


def test_warming_up_draws_without_a_word(capsys):
    warm_up()
    assert capsys.readouterr() == ("", "")
