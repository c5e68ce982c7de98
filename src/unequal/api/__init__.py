"""The HTTP interface: parse, call one verb of `access`, render. The only room, beside the console, that knows the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.api.application import EVERY_ROUTE, application
    from unequal.api.openapi import described
    from unequal.api.routing import Route
    from unequal.api.serving import Bound, check_bound, serve

__all__ = ["EVERY_ROUTE", "Bound", "Route", "application", "check_bound", "described", "serve"]

open_by_name(
    __name__,
    __all__,
    application=["EVERY_ROUTE", "application"],
    openapi=["described"],
    routing=["Route"],
    serving=["Bound", "check_bound", "serve"],
)
