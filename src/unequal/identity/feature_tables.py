"""Tables of this room that are worked with and never published: they hold personal values."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract


def _part(name: str, meaning: str) -> Column:
    return Column(name, "string", f"{meaning} Absent where not known.", nullable=True, personal=True)


FEATURES: Final = TableContract(
    "features",
    "What of each record is compared: its best values, read into parts. Kept for each source beside its records, which are numbered within "
    "it then, with record_id and is_test; never shown. Behind these columns stand key_NAME for each "
    "declared key and own_NAME for each unprotected attribute of the project's own.",
    (
        Column("number", "int64", "Number of the record, in the order of source and record_id.", "ordinal"),
        Column("source", "string", "Name of the source, as in the config."),
        Column("kind", "string", "person or organisation."),
        _part("given", "A person's given names in key form, joined by a blank; no titles."),
        _part("family", "A person's family names in key form, particles among them."),
        Column("generation", "int64", "1 senior, 2 junior, 3, 4; absent where not said.", "ordinal", nullable=True, personal=True),
        _part("organisation", "The words of an organisation's name, without its legal form."),
        _part("legal_form", "Its legal form, in one spelling."),
        _part("birth_date", "YYYY-MM-DD; YYYY-MM or YYYY where no more is told."),
        _part("email", "E-mail address."),
        _part("phone", "Phone number in E.164."),
        _part("tax_id", "Tax id."),
        _part("house_number", "The number in the street."),
        _part("street", "The words of the street, each in one spelling."),
        _part("unit", "The flat's number."),
        _part("postcode", "Postcode without blanks."),
        _part("city", "Town."),
        _part("region", "State in the letters of its postal service, or a region's name."),
        _part("country", "ISO 3166 code, small letters."),
        _part("gender", "m or f."),
    ),
    key=("number",),
)

OTHER_VALUES: Final = TableContract(
    "other_values",
    "What a record says beside its best values: earlier names, addresses, phones and e-mails. Kept likewise.",
    (
        Column("number", "int64", "Number of the record.", "ordinal"),
        Column("feature", "string", "Which of the features it is a value of."),
        Column("value", "string", "The value, as FEATURES would have it.", personal=True),
    ),
    key=("number", "feature", "value"),
)

OF_FEW_VALUES: Final = (
    "given", "family", "legal_form", "birth_date", "house_number", "street", "unit", "postcode", "city", "region", "country", "gender",
)  # fmt: skip
"""Features that many records share, so that they are read as codes."""
