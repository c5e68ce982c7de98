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
        Column("verified", "boolean", "Whether the source says that the value was verified; absent where it does not tell.", nullable=True),
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
    "Why records are, or are not, one customer: pairs that share an exact identifier, that a steward judged, or that agree well enough to be worth knowing of.",
    (
        Column("source_a", "string", "Source of the record that sorts first."),
        Column("record_id_a", "string", "Id of that record."),
        Column("source_b", "string", "Source of the other record."),
        Column("record_id_b", "string", "Id of the other record."),
        Column("basis", "string", "What decides: weight (how well they agree), identifier (an exact one is shared), verdict (a steward's)."),
        Column("identifier", "string", "The exact identifier that they share: tax_id or a declared key's name; absent where none.", nullable=True),
        Column(
            "weight", "float64", "log2 odds that the two are one customer, by how well they agree; absent where they were not compared.", "bits",
            nullable=True,
        ),
        Column("links", "boolean", "The pair is one customer, and this is a reason why."),
        Column(
            "refused_because", "string",
            "Why a pair that should link does not: deduplicated (two ids of a source that knows nobody twice), generations (a junior and a senior), "
            "verdict (a steward's), kinds (a person and an organisation), others (the records that each belongs with disagree); absent: nothing is refused.",
            nullable=True,
        ),
    ),
    key=("source_a", "record_id_a", "source_b", "record_id_b"),
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

GOLDEN_ATTRIBUTE: Final = TableContract(
    "golden_attribute",
    "The golden record: for each attribute of a customer where the value stands that survives, and which rule chose it.",
    (
        _CUSTOMER_ID,
        Column("attribute", "string", "What the value is. The parts of an address come from one record; what that does not give is absent."),
        Column("source", "string", "Source of the record that gives the value; the value itself stands in person_attribute."),
        Column("record_id", "string", "Id of that record."),
        Column("rank", "int64", "Which of the record's values of this attribute it is, as person_attribute ranks them.", "rank"),
        Column(
            "rule", "string",
            "undisputed (nothing speaks against it), sound (the others are placeholders, not valid, or of test accounts), verified, "
            "source_trust, agreement, recency, completeness: the rule that left no other value; order: no rule did, and the first record won.",
        ),
        Column("agreeing", "int64", "Records of the customer whose normalised value is the same.", "records"),
        Column("conflicting", "int64", "Records of the customer that say something valid, and not this.", "records"),
        Column("values", "int64", "Distinct values that its records give, older ones too.", "values"),
    ),
    key=("customer_id", "attribute"),
)  # fmt: skip

HOUSEHOLD: Final = TableContract(
    "household",
    "Who lives together: one row for each person of a household of two and more. Who is in no row lives alone, as far as is known.",
    (
        Column("household_id", "string", "Our id of the household: it is named after the member who has been a customer longest."),
        _CUSTOMER_ID,
        Column("members", "int64", "Persons in the household.", "persons"),
        Column("evidence", "string", "stated: a source says so; inferred: from homes, names, phones, e-mails and ages."),
        Column(
            "weight", "float64", "The strongest evidence that ties the member to another; absent where it is stated alone.", "bits",
            nullable=True,
        ),
        Column("since", "date", "Since when the member is known at its latest address; absent where no source says.", nullable=True),
    ),
    key=("customer_id",),
)  # fmt: skip

RELATIONSHIP: Final = TableContract(
    "relationship",
    "How customers stand to each other: `from_customer` is the kind of `to_customer`, as in *is the employer of*.",
    (
        Column("from_customer", "string", "The employer, the referrer, the parent organisation ..."),
        Column("to_customer", "string", "Whose employer, referrer, parent organisation ... that is."),
        Column(
            "kind", "string",
            "household_member (of two persons the id that sorts first comes first), owner, user, payer, purchaser, influencer, employer, "
            "parent_organisation, agent, referrer or introducer.",
        ),
        Column("weight", "float64", "How much it counts beside others of its kind; for what is inferred, its probability.", "share"),
        Column("evidence", "string", "stated: a source says so; inferred otherwise."),
        Column("sources", "int64", "Sources that state it; 0 where it is inferred.", "sources"),
        Column("rows", "int64", "Rows that state it; 0 where it is inferred.", "rows"),
        Column("since", "date", "The first day from which it holds; absent where no source says.", nullable=True),
        Column("until", "date", "The last day until which it held; absent where it still holds, or no source says.", nullable=True),
    ),
    key=("from_customer", "to_customer", "kind"),
)  # fmt: skip

_KIND: Final = Column("kind", "string", "Of which records: person or organisation.")

MATCH_LEVEL: Final = TableContract(
    "match_level",
    "What agreement is worth: for each comparison and level how often pairs of each class agree so, as the model in force has learned it.",
    (
        _KIND,
        Column("place", "int64", "Place of the comparison in the model, from 0.", "place"),
        Column("comparison", "string", "What is compared."),
        Column("level", "int64", "Level of agreement: 1 the best, the last none.", "level"),
        Column("meaning", "string", "The level in words."),
        Column("matching", "float64", "Chance among pairs of records of one customer (m).", "share"),
        Column("household", "float64", "Chance among members of one household.", "share"),
        Column("couple", "float64", "Chance among two who share every contact point.", "share"),
        Column("namesakes", "float64", "Chance among two of one name who share nothing else.", "share"),
        Column("kin_of_one_name", "float64", "Chance among two of one name in one family.", "share"),
        Column("twins", "float64", "Chance among twins.", "share"),
        Column("strangers", "float64", "Chance among strangers (u).", "share"),
        Column("weight", "float64", "log2 of m over u.", "bits"),
    ),
    key=("kind", "comparison", "level"),
)

MATCH_FIGURE: Final = TableContract(
    "match_figure",
    "Figures of the model in force and of the run: threshold, keys, how many pairs were compared, what is expected to be false or missed, "
    "and how far the records have moved from those that the model was learned from.",
    (
        _KIND,
        Column("name", "string", "What the figure is."),
        Column("place", "int64", "Which of several of that name, from 0.", "place"),
        Column("value", "float64", "The figure; absent where it is a text.", "as its name says", nullable=True),
        Column("text", "string", "The text, such as a key's parts; absent where it is a figure.", nullable=True),
    ),
    key=("kind", "name", "place"),
)

VALUE_FREQUENCY: Final = TableContract(
    "value_frequency",
    "How many records held each value when the model in force was learned: a rare name says more than a common one. "
    "Values stand here as numbers that lead back to none of them.",
    (
        _KIND,
        Column("feature", "string", "Of what the value is: given, family, birth_date, ..."),
        Column("hash", "int64", "A number made of the value.", "number"),
        Column("records", "int64", "Records that held it.", "records"),
    ),
    key=("kind", "feature", "hash"),
)

MATCH_KEY: Final = TableContract(
    "match_key",
    "By what records are found when somebody is looked up: for each key a number made of the record's values. No value can be read "
    "off a number; who knows a value can find who has it, so they are guarded as values are. Test accounts have none.",
    (
        _KIND,
        Column("key", "int64", "Place of the key: those of match_figure first, then those for callers who know little.", "place"),
        Column("hash", "int64", "A number made of the values that the key is about.", "number"),
        Column(
            "number", "int64", "Number of the record, from 0, in the order of source and record_id of all records of the run.", "ordinal"
        ),
    ),
    key=("kind", "key", "hash", "number"),
)

TABLES: Final = (
    RECORD,
    PERSON_ATTRIBUTE,
    CUSTOMER_RECORD,
    CUSTOMER,
    EDGE,
    SHARED_IDENTIFIER,
    CUSTOMER_EVENT,
    CUSTOMER_REDIRECT,
    GOLDEN_ATTRIBUTE,
    HOUSEHOLD,
    RELATIONSHIP,
    MATCH_LEVEL,
    MATCH_FIGURE,
    VALUE_FREQUENCY,
    MATCH_KEY,
)
