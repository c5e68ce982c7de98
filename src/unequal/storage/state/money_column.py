"""Money in the state: whole ten-thousandths of the currency, because SQLite would keep a decimal as a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from unequal.terms.money import from_units, to_units


class Money(sa.types.TypeDecorator[Decimal]):
    """A Decimal, kept exactly to the ledger's four decimals."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """To the database."""
        return None if value is None else to_units(value)

    def process_result_value(self, value: Any | None, dialect: Any) -> Decimal | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else from_units(int(value))
