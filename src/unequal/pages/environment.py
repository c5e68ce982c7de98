"""The Jinja environment, stylesheet and script that report and console share."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from unequal import charts
from unequal.pages.definitions import define
from unequal.pages.telling import told
from unequal.terms.amounts import count_text, exact_text, money_text, share_text


def environment(*packages: str) -> Environment:
    """Templates of the given packages before those shared here; everything is escaped, nothing undefined passes.

    Args:
        packages: dotted names of packages with a folder `templates`.
    """
    loaders = [PackageLoader(package) for package in (*packages, "unequal.pages")]
    made = Environment(loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters.update(count=count_text, share=share_text, money=money_text, exact=exact_text, told=told)
    made.globals.update(define=define, mark=mark, icon=icon)
    return made


@cache
def stylesheet() -> str:
    """The one stylesheet: tokens in both themes, then the rules, without comments or idle space."""
    light = _tokens({name: token.light for name, token in charts.TOKENS.items()})
    dark = _tokens({name: token.dark for name, token in charts.TOKENS.items()})
    tokens = (
        f":root{{color-scheme:light;--font:{charts.FONT};{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}"
        # Paper is white whatever the screen was.
        f"@media print{{:root:root:root{{color-scheme:light;{light}}}}}"
    )
    return tokens + squeezed(_static("unequal.css"))


@cache
def script() -> str:
    """The page's own script: reading charts out, the theme button. A page works without it."""
    return _static("unequal.js")


def squeezed(css: str) -> str:
    """A stylesheet without comments and idle space."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", bare)).replace(";}", "}").strip()


def policy(*, styles: str, scripts: str) -> str:
    """A Content-Security-Policy for a self-contained page: its own style and script by digest, and nothing from outside."""
    return f"default-src 'none'; style-src {_digest(styles)}; script-src {_digest(scripts)}; img-src data:; base-uri 'none'; form-action 'none'"


def mark(size: int = 18) -> Markup:
    """The mark, two unequal bars, as inline SVG; decoration beside the name."""
    return Markup(
        '<svg class="mark" viewBox="0 0 18 18" width="{size}" height="{size}" aria-hidden="true">'
        '<path fill="var(--value)" d="M1 3.5h16v4H1z"/><path fill="var(--loss)" d="M1 10.5h9v4H1z"/></svg>'
    ).format(size=size)


def icon() -> Markup:
    """The mark as a data address for the page's icon, so that a browser asks no server for one."""
    value, loss = charts.TOKENS["value"].light, charts.TOKENS["loss"].light
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18">'
        f'<path fill="{value}" d="M1 3.5h16v4H1z"/><path fill="{loss}" d="M1 10.5h9v4H1z"/></svg>'
    )
    return escape(f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}")


def _tokens(colours: dict[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in colours.items())


def _static(name: str) -> str:
    return resources.files("unequal.pages").joinpath("static", name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
