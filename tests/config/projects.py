"""Configs for the tests of this room: a sound one, and what is changed in it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from unequal import config
from unequal.terms.errors import ConfigError, Problems

SOUND = """\
project: hill-bakery
reporting_currency: EUR
time_zone: Europe/Berlin
sources:
  crm:
    read: data/customers.csv
    records:
      id: customer_no
      attributes: {full_name: [first, last], email: mail}
      keys: {loyalty_no: card}
  products:
    read: data/products.parquet
  orders:
    read: data/orders-*.csv
    columns:
      amount: money
      quantity: integer
      order_date: {type: date, format: "%d.%m.%Y"}
    postings:
      amounts:
        sales: {column: amount, line: list_revenue}
      customer: {source: crm, id: customer_no}
      booked_on: order_date
      product: {column: product_no, source: products, key: product_no, value: name}
"""


@dataclass(frozen=True)
class Told:
    """One problem as its reader sees it."""

    code: str
    line: int
    column: int
    error: ConfigError

    def __str__(self) -> str:
        return str(self.error)


def changed(old: str, new: str) -> str:
    """The sound config with one piece of it replaced."""
    assert SOUND.count(old) == 1, f"{old!r} stands {SOUND.count(old)} times in the sound config"
    return SOUND.replace(old, new)


def added(text: str) -> str:
    """The sound config with sections after it."""
    return SOUND + textwrap.dedent(text)


def load(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> config.Loaded:
    path = folder / "unequal.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.load(path, environment or {})


def problems(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> list[Told]:
    """Everything that is told of a config that must not load."""
    with pytest.raises((ConfigError, Problems)) as caught:
        load(folder, text, environment)
    errors = caught.value.problems if isinstance(caught.value, Problems) else [caught.value]
    return [_told(error) for error in errors if isinstance(error, ConfigError)]


def problem(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> Told:
    """The one thing that is told."""
    told = problems(folder, text, environment)
    assert len(told) == 1, "\n\n".join(map(str, told))
    return told[0]


def _told(error: ConfigError) -> Told:
    place = re.search(r"unequal\.yaml:(\d+)(?::(\d+))?", error.where)
    assert place, f"no place in {error.where!r}"
    return Told(error.code, int(place[1]), int(place[2] or 0), error)
