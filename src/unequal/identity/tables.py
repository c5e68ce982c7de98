"""The tables of this room: what each column is, means and may be."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract

_SOURCE: Final = Column("source", "string", "Name of the source, as in the config.")
_RECORD_ID: Final = Column("record_id", "string", "The record's id in its source; the parts of a compound id are joined by U+001F.")
_CUSTOMER_ID: Final = Column("customer_id", "string", "Our id of the customer, kept for life.")

RECORD: Final = TableContract(
    "record",
    "Customer records as the sources hold them: one row for each id in each source of this run's extracts.",
    (
        _SOURCE,
        _RECORD_ID,
        Column("kind", "string", "person or organisation."),
        Column(
            "observed_at",
            "timestamp(6)",
            "When the record was last known to be right; absent where the source does not say.",
            "UTC",
            nullable=True,
        ),
        Column("is_test", "boolean", "A test account by the source's rule: in no figure of the base, its dollars shown apart."),
    ),
    key=("source", "record_id"),
)

PERSON_ATTRIBUTE: Final = TableContract(
    "person_attribute",
    "What records say of their persons and organisations; beside the quarantine the only published table with personal values.",
    (
        _SOURCE,
        _RECORD_ID,
        Column(
            "attribute", "string", "What the value is: email, phone, given_name, a declared key's name, an attribute of the project's own."
        ),
        Column("rank", "int64", "1 for the latest value of this attribute on this record, then 2 and on.", "rank"),
        Column("value_given", "string", "The value as the source wrote it.", personal=True),
        Column(
            "value_normalised",
            "string",
            "The value made comparable; absent where it is a placeholder or not valid.",
            nullable=True,
            personal=True,
        ),
        Column("observed_at", "timestamp(6)", "When the record last said so; absent where the source does not say.", "UTC", nullable=True),
        Column(
            "flag",
            "string",
            "placeholder, not_valid, or zero_width (such characters were taken out); absent where nothing is odd.",
            nullable=True,
        ),
        Column("personal", "boolean", "Is about a living person: masked and erased as such."),
    ),
    key=("source", "record_id", "attribute", "value_given"),
)

CUSTOMER_RECORD: Final = TableContract(
    "customer_record",
    "The crosswalk: which customer each record belongs to, for every record ever seen.",
    (
        _CUSTOMER_ID,
        _SOURCE,
        _RECORD_ID,
        Column("since", "date", "The day of the run since which the record belongs to this customer."),
        Column(
            "match_weight",
            "float64",
            "Evidence that the record belongs; absent where exact identifiers alone decide.",
            "bits",
            nullable=True,
        ),
        Column("seen", "boolean", "Stands in this run's extracts; false for a record that the source no longer delivers."),
    ),
    key=("source", "record_id"),
)

CUSTOMER: Final = TableContract(
    "customer",
    "The customers of the company, whoever they are to its applications. No personal values: those stay with the records.",
    (
        _CUSTOMER_ID,
        Column(
            "kind", "string", "person or organisation, as most of its records say; absent where none is delivered any more.", nullable=True
        ),
        Column("records", "int64", "Records that belong to the customer, delivered or not.", "records"),
        Column("sources", "int64", "Sources that know the customer.", "sources"),
        Column("is_test", "boolean", "All of its delivered records are test accounts."),
        Column("founded_on", "date", "The first day on which one of its records belonged to it.", nullable=True),
    ),
    key=("customer_id",),
)

EDGE: Final = TableContract(
    "edge",
    "Why records are, or are not, one customer: each identifier that two records share, and what became of it.",
    (
        Column("source_a", "string", "Source of the record that sorts first."),
        Column("record_id_a", "string", "Id of that record."),
        Column("source_b", "string", "Source of the other record."),
        Column("record_id_b", "string", "Id of the other record."),
        Column("identifier", "string", "What they share: email, phone, tax_id or a declared key's name."),
        Column("weight", "float64", "Evidence; absent for an exact identifier.", "bits", nullable=True),
        Column(
            "refused_because", "string",
            "deduplicated, kinds, birth_dates or names: what the two, or what each already belongs with, disagree on; absent: it links.",
            nullable=True,
        ),
    ),
    key=("source_a", "record_id_a", "source_b", "record_id_b", "identifier"),
)  # fmt: skip

SHARED_IDENTIFIER: Final = TableContract(
    "shared_identifier",
    "Identifiers on too many records to mean anyone: they link nobody, and wait for a look.",
    (
        Column("identifier", "string", "What is shared: email, phone, tax_id or a declared key's name."),
        Column("source", "string", "Source of the first record that carries the value; the value itself stands in person_attribute."),
        Column("record_id", "string", "Id of that record."),
        Column("records", "int64", "Records of this run's extracts that carry the value.", "records"),
        Column("reason", "string", "Why it links nobody: over_cap."),
    ),
    key=("identifier", "source", "record_id"),
)

CUSTOMER_EVENT: Final = TableContract(
    "customer_event",
    "What this run changes in who is who: one row for each record that is new or goes to another customer.",
    (
        Column(
            "kind", "string",
            "founded (new record, new customer), joined (new record), merged (its customer went into another), "
            "split (it left with others, or alone, to a new customer), moved (it went over to another customer).",
        ),
        _SOURCE,
        _RECORD_ID,
        Column("from_customer", "string", "The customer that it leaves; absent for a new record.", nullable=True),
        Column("to_customer", "string", "The customer that it now belongs to."),
        Column("since", "date", "The day of the run."),
    ),
    key=("source", "record_id"),
)  # fmt: skip

CUSTOMER_REDIRECT: Final = TableContract(
    "customer_redirect",
    "Ids that this run merges away, and where each leads.",
    (Column("old_id", "string", "The id that is given up, and never given again."), _CUSTOMER_ID),
    key=("old_id",),
)

TABLES: Final = (RECORD, PERSON_ATTRIBUTE, CUSTOMER_RECORD, CUSTOMER, EDGE, SHARED_IDENTIFIER, CUSTOMER_EVENT, CUSTOMER_REDIRECT)
