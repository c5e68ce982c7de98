"""A last row that sums the others: kept out of them, and held against them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa

from unequal.config import Source
from unequal.sources.arrow import Values, pc
from unequal.sources.casting import cast_text
from unequal.sources.casting_typed import as_text, cast_stored, plain
from unequal.sources.contracts import Cast, contract_of
from unequal.sources.pieces import Broken, Piece
from unequal.terms.errors import Problems, SourceError


class FooterCheck:
    """Sums the rows of one file as they pass, finds its footer, and compares.

    Sums are taken over every readable row as found, whether or not its contract accepts it.
    """

    def __init__(self, name: str, file: str, source: Source, columns: tuple[str, ...]) -> None:
        assert source.footer is not None
        self._footer, self._columns = source.footer, columns
        self._where = f"sources.{name}.footer, file {file}"
        declared = dict(source.footer.checks)
        if not declared:
            numbers = [column for column in columns if _is_number(source, column)]
            declared = {column: column for column in numbers if column != source.footer.column}
        self._checks = declared
        self._casts = {column: _sum_cast(source, column) for column in {*declared, *declared.values()}}
        self._sums = dict.fromkeys(declared, Decimal(0))
        self._found: dict[str, str] | None = None

    def add(self, rows: pa.Table) -> None:
        """Add rows, the footer not among them."""
        for column in self._checks:
            total = pc.sum(self._numbers(column, rows.column(column).combine_chunks())).as_py()
            self._sums[column] += total or Decimal(0)

    def _numbers(self, column: str, values: Values) -> Values:
        values = plain(values)
        cast = self._casts[column]
        return (cast_text(values, cast) if pa.types.is_string(values.type) else cast_stored(values, cast)).values

    def find(self, rows: pa.Table, piece: Piece) -> Broken | int | None:
        """The footer in the last piece with rows: a place in its rows, or a broken row; None where there is none."""
        last = piece.broken[-1] if piece.broken else None
        if last is not None and last.row is not None and (not piece.numbers.size or last.row > piece.numbers[-1]):
            cells = dict(zip(self._columns, last.cells, strict=False))
            return last if self._is_footer(cells) else None
        if not piece.numbers.size:
            return None
        texts = {
            column: as_text(plain(rows.column(column).slice(rows.num_rows - 1).combine_chunks()))[0].as_py() for column in rows.column_names
        }
        return rows.num_rows - 1 if self._is_footer(texts) else None

    def _is_footer(self, cells: dict[str, str]) -> bool:
        if (cells.get(self._footer.column) or "").strip().casefold() != self._footer.equals.casefold():
            return False
        self._found = cells
        return True

    def finish(self) -> None:
        """Compare the footer's figures with the sums.

        Raises:
            SourceError: SRC010, there is no footer: the file may be cut off.
            Problems: SRC009, a figure and its sum differ.
        """
        if self._found is None:
            raise SourceError("SRC010", "a declared footer is missing, so the file may be cut off", where=self._where,
                              seen=f"the last row has no {self._footer.equals!r} in {self._footer.column!r}",
                              do="fetch the file again, or take footer out of the config")  # fmt: skip
        problems = [problem for column, other in self._checks.items() if (problem := self._compare(column, other, self._found)) is not None]
        if problems:
            raise Problems(problems)

    def _compare(self, column: str, other: str, found: dict[str, str]) -> SourceError | None:
        text = found.get(other) or ""
        figure = self._numbers(other, pa.array([text], pa.string()))[0].as_py() if text else None
        if figure == self._sums[column] or (figure is None and not self._footer.checks):
            return None
        return SourceError(
            "SRC009", "the rows of a file do not come to its footer", where=self._where,
            seen=f"{column}: rows come to {self._sums[column].normalize():f}, the footer says {text or 'nothing'}",
            do="fetch the file again; rows that could not be read as rows are missing from the sum",
        )  # fmt: skip


def _is_number(source: Source, column: str) -> bool:
    contract = contract_of(source, column)
    return contract is not None and contract.type in ("integer", "decimal", "money")


def _sum_cast(source: Source, column: str) -> Cast:
    """How a column is read for its sum: as its contract says, without its conditions."""
    contract = contract_of(source, column)
    plain_cast = Cast(column, "decimal", decimal=source.decimal, thousands=source.thousands, null_values=source.null_values)
    if contract is None:
        return plain_cast
    return replace(
        plain_cast,
        decimal=contract.decimal or source.decimal,
        thousands=source.thousands if contract.thousands is None else contract.thousands,
        currency_sign=contract.currency_sign,
        negative=contract.negative,
        null_values=(*source.null_values, *contract.null_values),
    )
