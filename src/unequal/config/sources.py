"""The section `sources`: where records and rows are read, and what their columns mean."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from unequal.config.model import (
    REGION,
    ColumnName,
    Columns,
    DecimalText,
    Name,
    PredicateText,
    Section,
    TimeZone,
    WholeNumber,
    read_day,
    shape_of,
)
from unequal.config.relationships import Relationship
from unequal.terms.lines import Line

ColumnType = Literal["text", "integer", "decimal", "money", "date", "timestamp", "boolean"]
Negative = Literal["minus", "parentheses", "trailing_minus"]
Level = Literal["unit", "order", "customer", "channel", "market", "corporate"]
Format = Literal["csv", "tsv", "spaced", "parquet", "jsonl", "xlsx", "xls", "sqlite", "postgresql"]
Attribute = Literal[
    "full_name", "given_name", "family_name", "title", "suffix", "organisation_name",
    "email", "phone", "tax_id", "birth_date", "gender",
    "address", "street", "unit", "city", "region", "postcode", "country",
    "since", "segment",
]  # fmt: skip

ATTRIBUTES: Final[tuple[str, ...]] = get_args(Attribute)
"""Attributes of a record that Unequal knows the meaning of."""
TEXT_FORMATS: Final = ("csv", "tsv", "spaced", "jsonl")
"""Formats whose values are read as text and cast by contract; the others keep their types."""


def _one_mark(mark: str) -> str:
    if mark in '"\r\n' or mark.isalnum():
        raise ValueError("not a mark that can stand between cells")
    return mark


class ColumnContract(Section):
    """How the text of one column becomes a typed value; a value that does not fit quarantines its row."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "money", "decimal": ",", "thousands": ".", "currency_sign": "EUR", "negative": ["minus", "parentheses"]}]
        }
    )

    type: ColumnType = Field(description="What the text is cast to. Ids are always text.")
    format: str | None = Field(
        None,
        description="Required for date and timestamp in text sources, as strptime codes; ISO means YYYY-MM-DD, "
        "or YYYY-MM-DD HH:MM:SS with an optional T, fraction and offset.",
    )
    time_zone: TimeZone | None = Field(None, description="IANA zone of timestamps without an offset; the source's by default.")
    decimal: Literal[".", ","] | None = Field(None, description="Decimal mark of this column; the source's by default.")
    thousands: Literal[".", ",", " ", "'", ""] | None = Field(None, description="Thousands mark; the source's by default.")
    currency_sign: str | None = Field(
        None, min_length=1, max_length=10, description="A sign that stands before or after the number, as in $ or EUR."
    )
    negative: tuple[Negative, ...] = Field(("minus",), description="Which ways of writing a negative number are meant.")
    whole_numbers: bool = Field(False, description="An id that a spreadsheet or data frame has made a number: 17850.0 is read as 17850.")
    required: bool = Field(False, description="An empty value quarantines the row.")
    at_least: str | None = Field(None, description="A value below it quarantines the row; a number, or a date as YYYY-MM-DD, in quotes.")
    at_most: str | None = Field(None, description="A value above it quarantines the row; a number, or a date as YYYY-MM-DD, in quotes.")
    null_values: tuple[str, ...] = Field((), description="Texts that mean nothing was entered, beside the empty one.")
    unit: str | None = Field(None, description="What it counts, for the dictionary.")
    also_named: tuple[str, ...] = Field((), description="Names that other extracts of the same source give this column.")


ColumnRead = Annotated[
    Annotated[ColumnType, Tag("text")] | Annotated[ColumnContract, Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="a type, or a contract with a key `type`"),
]
"""A column's type alone, or its whole contract."""


class Constant(Section):
    """One value for every row."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"value": "EUR"}]})

    value: str = Field(description="The value.")


class Lookup(Section):
    """A value fetched from another source by its key: the product's category by the product's number."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"column": "product_no", "source": "products", "key": "product_no", "value": "category"}]}
    )

    column: ColumnName = Field(description="The column of this source that holds the key.")
    source: Name = Field(description="The source to look it up in.")
    key: ColumnName = Field(description="The column of that source to find the key in; unique there.")
    value: ColumnName = Field(description="The column of that source to take.")


def _way_of_value(given: Any) -> str | None:
    if isinstance(given, Constant | Lookup):
        return "constant" if isinstance(given, Constant) else "lookup"
    shape = shape_of(given)
    if shape == "mapping":
        return "lookup" if {"column", "source", "key"} & set(given) else "constant"
    return shape if shape == "text" else None


Value = Annotated[
    Annotated[ColumnName, Tag("text")] | Annotated[Constant, Tag("constant")] | Annotated[Lookup, Tag("lookup")],
    Discriminator(
        _way_of_value, custom_error_type="shape", custom_error_message="a column, {value: x} for a constant, or a lookup in another source"
    ),
]
"""A column's name, `{value: x}` for a constant, or a lookup."""


class KindByRule(Section):
    """Persons and organisations in one table, told apart by a rule."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organisation_when": "vat_number is not null"}]})

    organisation_when: PredicateText = Field(description="A rule that holds for organisations; the others are persons.")


Kind = Annotated[
    Annotated[Literal["person", "organisation"], Tag("text")] | Annotated[KindByRule, Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="person, organisation, or a rule as {organisation_when: ...}"),
]


class Records(Section):
    """The customer records that the rows of a source hold."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "customer_no",
                    "kind": "person",
                    "attributes": {"full_name": ["first_name", "last_name"], "email": "mail"},
                    "keys": {"loyalty_no": "card"},
                    "test_when": "mail like '%@example.com'",
                    "verified": {"email": "mail_confirmed = 'Y'"},
                }
            ]
        }
    )

    id: Columns = Field(description="The column, or columns, of the record's id in this source.")
    kind: Kind = Field("person", description="Whether a record is a person or an organisation, for all rows or by a rule.")
    attributes: dict[Name, Columns] = Field(
        default_factory=dict,
        description="Attribute: its column; several columns are joined by a space. Known attributes are full_name, given_name, "
        "family_name, title, suffix, organisation_name, email, phone, tax_id, birth_date, gender, address, street, unit, city, "
        "region, postcode, country, since and segment; others are declared under `attributes` of the project.",
    )
    keys: dict[Name, ColumnName] = Field(
        default_factory=dict,
        description="Declared keys: the name of an id that other sources carry too (loyalty_no), and its column here.",
    )
    observed_at: ColumnName | None = Field(None, description="The column that says when the record was last known to be right.")
    test_when: PredicateText | None = Field(None, description="Which records are test accounts: out of the base, dollars shown.")
    verified: dict[Name, PredicateText] = Field(
        default_factory=dict,
        description="Attribute: a rule, or a column of type boolean, that says for which rows its value was verified, as in "
        "email: email_confirmed. Golden values are chosen by it.",
    )
    deduplicated: bool = Field(False, description="Two ids of this source are two customers: they are never merged.")


class CustomerOf(Section):
    """Whose row it is: a record of a source, by its id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "crm", "id": "customer_no"}]})

    source: Name | None = Field(None, description="The source that holds the record; this one by default.")
    id: Columns = Field(description="The column, or columns, of this source that hold the record's id.")


class Amount(Section):
    """One column of money, and the line it is booked on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"column": "unit_cost", "times": "quantity", "line": "cost_of_goods", "negate": True}]}
    )

    column: ColumnName = Field(description="The column that holds the money.")
    line: Line = Field(description="The line of the ledger it is booked on.")
    times: ColumnName | None = Field(None, description="A column to multiply by, such as a quantity.")
    negate: bool = Field(False, description="The source writes costs as positive numbers; in the ledger costs are negative.")
    when: PredicateText | None = Field(None, description="Book it only for rows where this holds.")


class LineRule(Section):
    """Rows that are not products: fees, postage, bad debt."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"when": "product in ('POST', 'DOT')", "line": "freight"}]})

    when: PredicateText = Field(description="The rows it is about.")
    line: Line = Field(description="The line of the ledger they are booked on.")


class Returns(Section):
    """Which rows take an earlier sale back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"when": "quantity < 0", "match_on": ["product", "unit_price"]}]})

    when: PredicateText = Field(description="The rows that are returns.")
    original: ColumnName | None = Field(None, description="The column with the document number of the original sale.")
    match_on: tuple[ColumnName, ...] = Field(
        (), description="Where no number is given: the original is the latest earlier row of this customer equal in these columns."
    )


DayIs = Literal["a_day", "first_of_period"]
DAY_IS: Final = (
    "What the day is: any day; or first_of_period, where a ledger's periods begin late in one month and lie mostly in the next, as from the 29th: "
    "its dollars then belong to the month of the period's fifteenth day."
)


class OneDay(Section):
    """One day for every row: of an extract that gives sums without days, the day that it was made."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2022-09-30"}]})

    day: Annotated[date, BeforeValidator(read_day)] = Field(description="The day.")


BookedOn = Annotated[
    Annotated[ColumnName, Tag("text")] | Annotated[OneDay, Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="a column, or {day: 2022-09-30} for one day"),
]
"""The column with the day, or one day for every row."""


class Postings(Section):
    """The dollars that the rows of a source move."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amounts": {"sales": {"column": "amount", "line": "list_revenue"}},
                    "customer": {"source": "crm", "id": "customer_no"},
                    "booked_on": "order_date",
                    "currency": {"value": "EUR"},
                    "document": "order_no",
                    "channel": {"value": "web"},
                }
            ]
        }
    )

    amounts: dict[Name, Amount] = Field(min_length=1, description="The columns of money, each under a name of its own.")
    customer: CustomerOf | None = Field(None, description="Whose row it is. Absent: the dollars belong to no single customer (see level).")
    booked_on: BookedOn = Field(
        description="A date, or a timestamp whose date in the company's zone is taken; {day: 2022-09-30} where the rows have none, and stand for that day."
    )
    day_is: DayIs = Field("a_day", description=DAY_IS)
    currency: Value | None = Field(None, description="A column or a constant; the reporting currency by default.")
    level: Level = Field("customer", description="The lowest level that cause and effect reaches.")
    rules: tuple[LineRule, ...] = Field((), description="The first rule that holds gives the line, instead of the amount's own.")
    returns: Returns | None = Field(None, description="Which rows take an earlier sale back.")
    document: ColumnName | None = Field(None, description="The column with the order's or invoice's number.")
    account: Value | None = Field(None, description="The account of the customer that the dollars belong to.")
    product: Value | None = Field(None, description="What was sold.")
    channel: Value | None = Field(None, description="Through which channel it was sold.")
    market: Value | None = Field(None, description="In which market it was sold.")
    property: Value | None = Field(None, description="At which house it was sold: a branch, a hotel, a shop.")
    activity: Value | None = Field(None, description="Which activity of the company caused the cost.")
    control_total: dict[Name, DecimalText] = Field(
        default_factory=dict, description="A figure declared from elsewhere, per amount, that the rows must come to; in quotes."
    )


class Interactions(Section):
    """Contacts that the rows of a source record: calls, chats, visits, mentions."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer": {"source": "crm", "id": "caller"},
                    "occurred_at": "started",
                    "contact": {"value": "call"},
                    "duration_seconds": "seconds",
                }
            ]
        }
    )

    customer: CustomerOf = Field(description="Whose contact it was.")
    occurred_at: ColumnName = Field(description="The column with the time of the contact.")
    contact: Value = Field(description="What kind of contact: call, chat, visit, e-mail.")
    channel: Value | None = Field(None, description="The channel it came through.")
    agent: Value | None = Field(None, description="Who served the customer.")
    duration_seconds: ColumnName | None = Field(None, description="The column with its length in seconds.")
    outcome: Value | None = Field(None, description="What came of it.")
    reach: ColumnName | None = Field(
        None,
        description="The column with how many people saw or heard it, 0 or more; a row with less is quarantined.",
    )
    kindness: ColumnName | None = Field(
        None,
        description="The column with how kindly it spoke of the company, from -1 (all against) to 1 (all for); a row with another number is quarantined.",
    )


class Footer(Section):
    """A last row that sums the others: kept out, and used as a checksum."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"column": "order_no", "equals": "TOTAL", "checks": {"amount": "amount"}}]})

    column: ColumnName = Field(description="The column whose value marks the footer.")
    equals: str = Field("TOTAL", min_length=1, description="The value that marks it, in any case.")
    checks: dict[str, ColumnName] = Field(default_factory=dict, description="Column of rows: column of the footer with its sum.")


def _no_address(text: str) -> str:
    if "://" in text:
        raise ValueError("not a path: an address of a database is named by env:NAME or file:PATH, and never written here")
    return text


Place = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_no_address)]
Paths = Annotated[
    Annotated[Place, Tag("text")] | Annotated[tuple[Place, ...], Field(min_length=1), Tag("list")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="a path, or a list of paths"),
]


class Source(Section):
    """One table of one application, as it is extracted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "read": "data/orders-*.csv",
                    "decimal": ",",
                    "thousands": ".",
                    "columns": {"amount": "money", "order_date": {"type": "date", "format": "%d.%m.%Y"}},
                    "key": "order_no",
                    "postings": {
                        "amounts": {"sales": {"column": "amount", "line": "list_revenue"}},
                        "customer": {"source": "crm", "id": "customer_no"},
                        "booked_on": "order_date",
                    },
                }
            ]
        }
    )

    read: Paths = Field(
        description="A path, a glob or several; relative to the config; or sqlite:PATH; or env:NAME of a variable, or file:PATH of a file, "
        "that holds the address of a PostgreSQL database."
    )
    format: Format | None = Field(
        None,
        description="Told from the ending where it is absent; .gz is unpacked, and a zip of one text file. spaced: a line a row, cells parted by spaces or tabs, however many.",
    )
    table: str | None = Field(None, min_length=1, description="The table to read from a database, as schema.table or table.")
    sheet: str | None = Field(None, min_length=1, description="The sheet to read from a workbook; the first by default.")
    delimiter: Annotated[str, AfterValidator(_one_mark)] | None = Field(
        None, min_length=1, max_length=1, description="Between cells; comma for csv, tab for tsv."
    )
    skip_lines: WholeNumber = Field(0, ge=0, description="Lines before the header that are no data.")
    header: tuple[ColumnName, ...] | None = Field(None, min_length=1, description="Column names, where the file has no header.")
    decimal: Literal[".", ","] = Field(".", description="Decimal mark of the source's numbers.")
    thousands: Literal[".", ",", " ", "'", ""] = Field("", description="Thousands mark of the source's numbers; none by default.")
    time_zone: TimeZone | None = Field(None, description="IANA zone of timestamps without an offset; the project's by default.")
    default_region: Annotated[str, Field(pattern=REGION)] | None = Field(
        None, description="ISO 3166 code of the country that its local phone numbers belong to; the project's by default."
    )
    null_values: tuple[str, ...] = Field((), description="Texts that mean nothing was entered, in any column, beside the empty one.")
    columns: dict[ColumnName, ColumnRead] = Field(
        default_factory=dict, description="Contracts of columns; a column without one is text in text sources, as stored in typed ones."
    )
    key: Columns | None = Field(None, description="The columns that name a row once in the system.")
    overlap: Literal["count_once", "keep"] = Field(
        "count_once", description="What to do with rows that stand in two extracts of this source."
    )
    footer: Footer | None = Field(None, description="A last row that sums the others.")
    unknown_currency: Literal["stop", "quarantine"] = Field(
        "stop", description="What to do with rows in a currency that the ledger has no rate for."
    )
    records: Records | None = Field(None, description="The customer records that its rows hold.")
    postings: Postings | None = Field(None, description="The dollars that its rows move.")
    interactions: Interactions | None = Field(None, description="The contacts that its rows record.")
    relationships: tuple[Relationship, ...] = Field((), description="What its rows say of how customers stand to each other.")
