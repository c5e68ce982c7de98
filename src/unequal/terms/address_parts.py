"""The parts of a postal address, as attributes of customers are called."""

from __future__ import annotations

from typing import Final

ADDRESS_PARTS: Final = ("address", "street", "unit", "postcode", "city", "region", "country")
"""Attributes that survive together, from one record: an address put together from two is nobody's."""
