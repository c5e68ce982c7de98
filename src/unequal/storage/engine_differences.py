"""Where DuckDB and Spark answer differently: each difference by name, why, and what we do.

Table functions are the same text on both engines. What is listed here is what that text
must avoid or cast. tests/engines shows the differences that can be shown, and that what we do instead is the same on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

EngineName = Literal["duckdb", "spark"]


@dataclass(frozen=True)
class Difference:
    """One way in which the engines differ.

    Args:
        name: the operation.
        why: what each engine does.
        instead: what a table function here does.
    """

    name: str
    why: str
    instead: str


DIFFERENCES: Final = (
    Difference(
        "decimal product",
        "DuckDB adds precisions and refuses more than 38 digits; Spark cuts the scale silently",
        "cast both factors and the product (terms.money.money_product)",
    ),
    Difference(
        "decimal divided by integer",
        "DuckDB answers a double, Spark a decimal of another scale",
        "cast the divisor, round and cast the quotient",
    ),
    Difference(
        "division by zero",
        "DuckDB answers null for numbers and infinity for doubles, Spark in ANSI mode stops",
        "divide by nullif(divisor, 0)",
    ),
    Difference("hash()", "each engine has its own function", "use md5 of the text (hexdigest)"),
    Difference("ordered collect", "Spark's collect_list keeps no order", "sort after collecting, or rank first"),
    Difference(
        "type of rank and row_number",
        "DuckDB int64, Spark int32; Ibis takes both for int64 and drops the cast",
        "engine.write casts every column that its expression has as int64",
    ),
    Difference("as-of join", "Spark has none", "join on equality and rank by date"),
    Difference("sum of decimals", "DuckDB answers DECIMAL(38,s), Spark DECIMAL(p+10,s)", "cast every sum (terms.money.money_sum)"),
    Difference(
        "sum of integers",
        "DuckDB answers HUGEINT, which Parquet keeps as a double; Ibis takes it for int64 and drops the cast",
        "engine.write casts every column to the type of its expression",
    ),
    Difference(
        "strip",
        "Ibis sends Spark an escape that TRIM reads as letters, so that trailing letters t, n, r, v and f are lost",
        "trim by a pattern: re_replace of leading and trailing white space",
    ),
    Difference("group references in re_replace", "DuckDB writes \\1, Spark $1", "use re_extract"),
    Difference("overwriting what is being read", "DuckDB may, Spark refuses", "write to a new path always"),
)
