"""The section `ledger.general_ledger`: what the company's own books say, and which of our lines each account should equal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from unequal.config.model import MONEY, ColumnName, CurrencyCode, Name, PredicateText, Section
from unequal.config.sources import Value
from unequal.terms.lines import Line

AccountPattern = Annotated[str, Field(min_length=1, max_length=255)]


class Tolerance(Section):
    """How far an account may be from the detail in one period and still be published; the larger of the two holds."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": "5.00", "share": 0.001}]})

    amount: Annotated[str, Field(pattern=MONEY)] = Field("0", description="So much money, in the currency of the account, in quotes.")
    share: float = Field(0.0, ge=0, le=1, description="So large a share of the larger side; a share of 1.")


class AccountRule(Section):
    """Some accounts of the general ledger, and what they should come to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"accounts": ["40*"], "lines": ["list_revenue"], "channels": ["web"], "tolerance": {"amount": "5.00"}},
                {"accounts": ["9100"], "not_customers": "tax"},
            ]
        }
    )

    accounts: tuple[AccountPattern, ...] = Field(
        (), description="Accounts, as the general ledger writes them, in quotes; * stands for any letters and ? for one."
    )
    when: PredicateText | None = Field(None, description="A rule over the columns of the source, beside or instead of `accounts`.")
    lines: tuple[Line, ...] = Field((), description="The lines of the ledger whose sum these accounts together should equal.")
    channels: tuple[str, ...] = Field((), description="Only entries of these channels; all by default.")
    markets: tuple[str, ...] = Field((), description="Only entries of these markets; all by default.")
    currencies: tuple[CurrencyCode, ...] = Field((), description="Only entries whose original amount is in one of these currencies.")
    not_customers: Name | None = Field(
        None, description="Instead of lines: why these dollars are no customers' business, as in tax, financing or head_office."
    )
    not_charged: Name | None = Field(
        None, description="Instead of lines: why no entry carries these dollars yet, though customers cause them, as in call_centre."
    )
    charged_by: tuple[Name, ...] = Field(
        (),
        description="Instead of lines: the pools and shared costs whose cost these dollars are, or the source that posts them. Each is reconciled "
        "with the rows of the general ledger by itself, to zero.",
    )
    negate: bool = Field(False, description="These accounts are signed against the others: costs that stand there as positive numbers.")
    tolerance: Tolerance | None = Field(None, description="Of these accounts; that of the general ledger by default.")


class GeneralLedger(Section):
    """The company's general ledger, held against the detail account by account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source": "general_ledger",
                    "account": "account_no",
                    "period": "month",
                    "amount": "balance",
                    "accounts": {
                        "sales": {"accounts": ["4000"], "lines": ["list_revenue"]},
                        "tax": {"accounts": ["9*"], "not_customers": "tax"},
                    },
                    "tolerance": {"amount": "1.00"},
                }
            ]
        }
    )

    source: Name = Field(description="The source that holds the general ledger: a row an account and period, or several.")
    account: Value = Field(description="The account's number: a column, or a lookup.")
    name: Value | None = Field(None, description="The account's name, for reports.")
    period: ColumnName = Field(description="A day in the period: a column of type date or timestamp.")
    periods: Literal["calendar_month", "as_dated"] = Field(
        "calendar_month",
        description="What a period is: the calendar month of its day; or as_dated, from one day that the general ledger names to the next.",
    )
    amount: ColumnName = Field(
        description="What moved on the account in the period: a column of type money. Not a balance that is carried on."
    )
    currency: Value | None = Field(None, description="A column or a constant; the reporting currency by default.")
    amounts_in: Literal["reporting_currency", "original_currency"] = Field(
        "reporting_currency", description="Which amount of our entries it is held against: as converted, or as it was before."
    )
    signs: Literal["income_positive", "debits_positive"] = Field(
        "income_positive",
        description="How the source signs: income positive and costs negative, as we do; or debits positive, the reverse.",
    )
    when: PredicateText | None = Field(None, description="Which rows are meant, as in scenario = 'actual'; all by default.")
    accounts: dict[Name, AccountRule] = Field(
        min_length=1, description="Accounts under names of their own, and what each should equal; the first that fits has the account."
    )
    tolerance: Tolerance = Field(Tolerance(), description="How far accounts may differ; nothing by default.")
