"""Records into customers: normalising, exact identifiers under guards, and ids that are kept for life."""

from unequal.identity.attributes import attributes_of, normalising_of
from unequal.identity.records import record_key, records_of
from unequal.identity.steps import BEFORE, gather, resolve
from unequal.identity.tables import CUSTOMER, CUSTOMER_RECORD, PERSON_ATTRIBUTE, RECORD, TABLES

__all__ = [
    "BEFORE", "CUSTOMER", "CUSTOMER_RECORD", "PERSON_ATTRIBUTE", "RECORD", "TABLES",
    "attributes_of", "gather", "normalising_of", "record_key", "records_of", "resolve",
]  # fmt: skip
