"""Contracts of the tables that tell of code fields."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

_FIELD: Final = (
    Column("source", "string", "The source."),
    Column("field", "string", "The column of the source."),
)

CODE_FIELD: Final = TableContract(
    name="code_field",
    meaning="Every field of codes that was looked at, with the one value that most looks like a form's default, and why.",
    key=("source", "field"),
    columns=(
        *_FIELD,
        Column("rows", "int64", "Rows looked at in which it is filled; of a log, cases by their last row.", unit="rows"),
        Column("values", "int64", "How many different values it has.", unit="values"),
        Column("value", "string", "The value that most looks like a default; absent where the field could not be judged.", nullable=True),
        Column("share", "float64", "Of the filled rows, those with that value.", unit="share", nullable=True),
        Column("beside_share", "float64", "The share of the most frequent of the other values.", unit="share", nullable=True),
        Column("entered_by", "string", "The column of those who entered it that differ most in it; absent where none is known.", nullable=True),
        Column("peers", "int64", "How many of them were compared.", unit="peers", nullable=True),
        Column("peer_ratio", "float64", "How much more its share differs between them than the shares of other values; 1 where work is only divided.",
               unit="ratio", nullable=True),
        Column("peer_ratio_low", "float64", "The ratio's lower end, 95 %; above 1 it is no chance.", unit="ratio", nullable=True),
        Column("usual_share", "float64", "Its share with peers of the lower half.", unit="share", nullable=True),
        Column("telling", "float64", "How far its rows differ from others in all that stands beside, over how far those of another value do (upper end): "
               "a default tells little of anything. Absent where no value does.", unit="ratio", nullable=True),
        Column("is_nameless", "boolean", "Whether its word names nothing, as *other* or *general*; absent where the field could not be judged.",
               nullable=True),
        Column("is_first", "boolean", "Whether it stands first in the form's list; absent where no list is declared.", nullable=True),
        Column("changed_share", "float64", "Of a log's cases that began with it, those that ended with another; absent without a log.", unit="share",
               nullable=True),
        Column("changed_others_share", "float64", "Of the cases that began with another value, those that ended otherwise.", unit="share", nullable=True),
        Column("score", "float64", "How likely it is only a default, 0 to 1, as made worlds with known defaults teach; absent where not judged.",
               unit="probability", nullable=True),
        Column("verdict", "string", "default (score 0.9 and more), doubtful (0.5 and more), clean, or not_judged."),
        Column("why_not", "string", "What lacks for a judgement; absent where there is one.", nullable=True),
        Column("excess_rows_low", "int64", "Rows with the value beyond what peers usually have.", unit="rows", nullable=True),
        Column("excess_rows_high", "int64", "All rows with the value: so many are wrong where it is never the true code.", unit="rows", nullable=True),
        Column("cost", TOTAL, "What the ledger booked as costs from the rows with the value, positive; absent where it booked none from this source, and of values "
               "that are not doubted.",
               unit="reporting currency", nullable=True),
        Column("cost_misplaced", TOTAL, "Of this, the part of the rows beyond what peers usually have.", unit="reporting currency", nullable=True),
        Column("failure_share", "float64", "Of the costs of the other values' rows, those that the company's own failures caused.", unit="share",
               nullable=True),
    ),
)  # fmt: skip

CODE_VALUE: Final = TableContract(
    name="code_value",
    meaning="The values of code fields, each on twenty rows or more.",
    key=("source", "field", "value"),
    columns=(
        *_FIELD,
        Column("value", "string", "The value."),
        Column("rows", "int64", "Rows looked at with it.", unit="rows"),
        Column("share", "float64", "Of the filled rows.", unit="share"),
        Column("value_rank", "int64", "Place by rows, most first.", unit="rank"),
        Column("list_place", "int64", "Place in the form's list, from 1; absent where none is declared.", unit="rank", nullable=True),
    ),
)

CODE_PEER: Final = TableContract(
    name="code_peer",
    meaning="Who picks a field's doubted value, and how often: agents and teams, months and states of a case.",
    key=("source", "field", "grouping", "peer"),
    columns=(
        *_FIELD,
        Column("value", "string", "The doubted value."),
        Column("grouping", "string", "The column of the peers; `month` and `state` beside those who entered it."),
        Column("peer", "string", "Which of them."),
        Column("rows", "int64", "Rows of the peer in which the field is filled.", unit="rows"),
        Column("with_value", "int64", "Of these, rows with the doubted value.", unit="rows"),
        Column("share", "float64", "Their share.", unit="share"),
        Column("usual_share", "float64", "The share with peers of the lower half.", unit="share"),
        Column("is_prone", "boolean", "Whether the peer has it at least twice as often, and ten points more, beyond what chance gives (1 in 10,000)."),
    ),
)  # fmt: skip

CODE_INFORMATION: Final = TableContract(
    name="code_information",
    meaning="What a code field tells of what came of the row, beside what chance would give.",
    key=("source", "field", "about"),
    columns=(
        *_FIELD,
        Column("about", "string", "The column it should tell something of: an outcome, a duration, or `cost`."),
        Column("information", "float64", "Mutual information of all its values.", unit="bits a row"),
        Column("information_chance", "float64", "What tables with the same totals drawn by lot exceed once in twenty.", unit="bits a row"),
        Column("without_value", "float64", "The same without the rows of the doubted value; where it is more, the value drowns what the others tell.",
               unit="bits a row"),
    ),
)  # fmt: skip

ALL: Final = (CODE_FIELD, CODE_VALUE, CODE_PEER, CODE_INFORMATION)
"""Every table of this part."""
