"""Charts as SVG that follows a page's theme, and as PNG for exports."""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import Final, Literal

import altair as alt
import vl_convert

from unequal.charts.lettering import FONT
from unequal.charts.tokens import TOKENS, light

Theme = Literal["css", "light", "dark"]

_TOKEN_OF_COLOUR: Final = {token.light: name for name, token in TOKENS.items()}
_COLOUR: Final = re.compile("|".join(re.escape(colour) for colour in _TOKEN_OF_COLOUR), re.IGNORECASE)
_LONG_NUMBER: Final = re.compile(r"-?\d+\.\d{2,}")
_COORDINATES: Final = re.compile(r'(?<=\s)(d|transform|x|y|x2|y2|x1|y1|width|height)="([^"]*)"')
_POLYGON: Final = re.compile(r'(?<=\s)d="(M[-\d.,L]*Z?)"')
# What Vega writes for every group and no picture needs.
_EMPTY: Final = re.compile(
    r'<path class="(?:background|foreground)"[^>]*/>'
    r'| (?:pointer-events="none"|stroke-dasharray=""|opacity="1"|font-family="[^"]*"|stroke-miterlimit="10"|aria-roledescription="\w+ mark(?: container)?"'
    r'|version="1\.1"|xmlns:xlink="[^"]*"|text-anchor="start"|font-size="12px")'
)
# A text says itself; its label says it again.
_TOLD_TWICE: Final = re.compile(r'<text aria-label="([^"]*)" role="graphics-symbol"([^>]*)>\1</text>')
# A group of marks: what all of them are painted with can be said once, by the group.
_MARKS: Final = re.compile(r"<g((?: (?:class|role)=\"[^\"]*\")*)>((?:<path [^>]*/>){2,})</g>")
_PAINT: Final = re.compile(r' (?:fill|stroke|stroke-width|text-anchor)="[^"]*"')
_GROUP_CLASS: Final = re.compile(r' class="mark-\w+ role-[\w-]+(?: (\w+)_marks| root)?"')


def svg(chart: alt.LayerChart, theme: Theme = "css") -> str:
    """The chart as one `<svg>` element, without an external font, image or script.

    Args:
        chart: as this room draws it.
        theme: "css" writes colours as `var(--token)` for a page that defines the tokens;
            "light" and "dark" write the colours themselves, for a picture that stands alone.

    The element scales with its box and has `role="graphics-document"` with the chart's
    findings as its label; marks keep their `aria-label`. Ids begin with a digest of the
    picture, so that several stand in one page. Groups keep only the class of a named layer.
    """
    spec = chart.to_dict(validate=False)
    drawn = str(vl_convert.vegalite_to_svg(spec, vl_version=_version()))
    body = drawn[drawn.index(">") + 1 :]
    body = _GROUP_CLASS.sub(
        lambda found: f' class="{found[1]}"' if found[1] and not found[1].startswith("layer") else "", _EMPTY.sub("", body)
    )
    body = _COORDINATES.sub(lambda found: f'{found[1]}="{_LONG_NUMBER.sub(_rounded, found[2])}"', body)
    body = _POLYGON.sub(lambda found: f'd="{_without_idle_points(found[1])}"', body)
    body = _with_own_ids(re.sub(r"<rect [^>]*fill=\"transparent\"/>", "", body, count=1))
    body = _COLOUR.sub(lambda found: _colour(found[0], theme), body)
    body = _MARKS.sub(_painted_once, body)
    body = _TOLD_TWICE.sub(r"<text\2>\1</text>", body)
    size = re.search(r'viewBox="([^"]*)"', drawn)
    assert size, "Vega wrote a picture without a size"
    root = _root(str(spec.get("description", "")), size[1], theme)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {root}>{body}'


def png(chart: alt.LayerChart, theme: Literal["light", "dark"] = "light", *, scale: float = 2) -> bytes:
    """The chart as a PNG on the theme's surface.

    Args:
        chart: as this room draws it.
        theme: the colours.
        scale: pixels of the picture for each pixel of the chart.
    """
    picture = svg(chart, theme)
    width, height = re.findall(r"\d+(?:\.\d+)?", picture[picture.index("viewBox") :])[2:4]
    surface = TOKENS["surface"].light if theme == "light" else TOKENS["surface"].dark
    start = picture.index(">") + 1
    sized = picture[:start].replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
    paper = f'<rect width="{width}" height="{height}" fill="{surface}"/>'
    return bytes(vl_convert.svg_to_png(sized + paper + picture[start:], scale=scale))


def warm_up() -> None:
    """Draw one small chart, so that the first reader does not wait for the renderer to start."""
    svg(alt.LayerChart(layer=[alt.Chart(alt.InlineData(values=[{}])).mark_point(color=light("ink"))]))


def _version() -> str:
    """The renderer's Vega-Lite nearest to the one the chart was written for."""
    wanted = re.match(r"v(\d+)\.(\d+)", alt.SCHEMA_VERSION)
    known = [str(version) for version in vl_convert.get_vegalite_versions()]
    assert wanted, alt.SCHEMA_VERSION
    exact = f"{wanted[1]}.{wanted[2]}"
    return exact if exact in known else next((v for v in reversed(known) if v.startswith(f"{wanted[1]}.")), known[-1])


def _root(description: str, view_box: str, theme: Theme) -> str:
    told = escape(description, quote=True)
    font = "" if theme == "css" else f' font-family="{FONT}"'
    return f'class="chart" viewBox="{view_box}" role="graphics-document" aria-roledescription="chart" aria-label="{told}" font-size="12px"{font}'


def _rounded(found: re.Match[str]) -> str:
    short = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def _without_idle_points(path: str) -> str:
    """The path without the points that lie on a level line between their neighbours."""
    points = path.removeprefix("M").removesuffix("Z").split("L")
    heights = [point.rpartition(",")[2] for point in points]
    ends = {0, len(points) - 1}
    kept = [point for index, point in enumerate(points) if index in ends or len({*heights[index - 1 : index + 2]}) > 1]
    return f"M{'L'.join(kept)}{'Z' if path.endswith('Z') else ''}"


def _painted_once(group: re.Match[str]) -> str:
    """A group of marks with the paint that all of them share on the group itself."""
    first, *rest = re.findall(r"<path [^>]*/>", group[2])
    shared = [paint for paint in _PAINT.findall(first) if all(paint in mark for mark in rest)]
    marks = group[2]
    for paint in shared:
        marks = marks.replace(paint, "")
    return f"<g{group[1]}{''.join(shared)}>{marks}</g>"


def _with_own_ids(body: str) -> str:
    mark = f"c{hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()[:8]}"
    named = re.sub(r' id="([^"]+)"', rf' id="{mark}-\1"', body)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}-\1)", named)


def _colour(colour: str, theme: Theme) -> str:
    name = _TOKEN_OF_COLOUR[colour.lower()]
    return f"var(--{name})" if theme == "css" else TOKENS[name].light if theme == "light" else TOKENS[name].dark
