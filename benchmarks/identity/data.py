"""The data sets that identity is measured on: rows of text, what the columns mean, and the truth.

What a set's owner tells us is what a user's config would tell: which column is which attribute,
the format of its dates, and the country. Nothing else is known of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from benchmarks.identity import hard_world, worlds

Columns = str | Sequence[str]


@dataclass(frozen=True)
class Source:
    """One application's rows.

    Args:
        rows: texts, None where nothing is written; a record may have several rows.
        record_id: the column of the record's id.
        attributes: attribute and its column or columns, as `records.attributes` of a config.
        keys: declared keys, likewise.
        kind: person, organisation, or the rule that tells organisations apart.
        own: attributes of the project's own among those above.
        deduplicated: no two records of it are one.
    """

    rows: pd.DataFrame
    record_id: str
    attributes: Mapping[str, Columns]
    keys: Mapping[str, str] = field(default_factory=dict)
    kind: str | Mapping[str, str] = "person"
    own: tuple[str, ...] = ()
    deduplicated: bool = False


@dataclass(frozen=True)
class DataSet:
    """Sources to resolve together, and who is who.

    Args:
        name: of the set.
        sources: each application's rows by its name.
        truth: source, record_id and entity: one row a record that is scored.
        region: ISO 3166 code that local phones belong to.
    """

    name: str
    sources: Mapping[str, Source]
    truth: pd.DataFrame
    region: str = "US"

    @property
    def records(self) -> int:
        """Records of all sources, scored or not."""
        return sum(source.rows[source.record_id].nunique() for source in self.sources.values())


def texts(table: pd.DataFrame) -> pd.DataFrame:
    """Cells as texts without blanks around them; None where nothing is left."""
    out = {}
    for name in table.columns:
        cells = table[name].astype(object).where(table[name].notna(), "").astype(str).str.strip()
        out[str(name).strip()] = cells.astype(object).where(cells != "", None)
    return pd.DataFrame(out)


def one_table(name: str, table: pd.DataFrame, *, record_id: str, entity: str, attributes: Mapping[str, Columns], own: Iterable[str] = (),
              region: str = "US") -> DataSet:  # fmt: skip
    """A set that is one table with the truth in a column."""
    rows = texts(table.drop(columns=entity))
    truth = pd.DataFrame({"source": name, "record_id": rows[record_id], "entity": table[entity].astype(str).to_numpy()})
    return DataSet(name, {name: Source(rows, record_id, attributes, own=tuple(own))}, truth, region)


def _iso(dates: pd.Series) -> pd.Series:
    """YYYYMMDD as YYYY-MM-DD, as a source's date format would make it; others as they are."""
    return dates.astype(object).where(dates.isna(), dates.str.replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", regex=True))


def fake_1000(folder: Path) -> DataSet:
    """Splink's made thousand."""
    table = pd.read_csv(folder / "persons" / "fake_1000.csv", dtype=str)
    attributes = {"given_name": "first_name", "family_name": "surname", "birth_date": "dob", "city": "city", "email": "email"}
    return one_table("fake_1000", table, record_id="unique_id", entity="cluster", attributes=attributes, region="GB")


FEBRL = {
    "given_name": "given_name", "family_name": "surname", "street": ["street_number", "address_1"], "unit": "address_2", "city": "suburb",
    "postcode": "postcode", "region": "state", "birth_date": "date_of_birth", "tax_id": "soc_sec_id",
}  # fmt: skip


def _febrl(path: Path) -> pd.DataFrame:
    rows = texts(pd.read_csv(path, dtype=str, skipinitialspace=True))
    rows["date_of_birth"] = _iso(rows["date_of_birth"])
    return rows


def _febrl_truth(source: str, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"source": source, "record_id": rows["rec_id"], "entity": rows["rec_id"].str.extract(r"^rec-(\d+)-", expand=False)})


def febrl_3(folder: Path) -> DataSet:
    """5,000 records of 2,000 Australians who never were, up to five duplicates each."""
    rows = _febrl(folder / "persons" / "febrl_dataset3.csv")
    return DataSet("febrl_3", {"febrl_3": Source(rows, "rec_id", FEBRL)}, _febrl_truth("febrl_3", rows), "AU")


def febrl_4(folder: Path) -> DataSet:
    """Two sources of 5,000 Australians each, every one once in either."""
    parts = {f"febrl_4{letter}": _febrl(folder / "persons" / f"febrl_dataset4{letter}.csv") for letter in "ab"}
    truth = pd.concat([_febrl_truth(name, rows) for name, rows in parts.items()], ignore_index=True)
    return DataSet("febrl_4", {name: Source(rows, "rec_id", FEBRL, deduplicated=True) for name, rows in parts.items()}, truth, "AU")


SENZING_COLUMNS: Mapping[str, Sequence[str]] = {
    "full_name": ("NAME_FULL",), "organisation_name": ("NAME_ORG",), "given_name": ("NAME_FIRST", "NAME_MIDDLE"), "family_name": ("NAME_LAST",),
    "birth_date": ("DATE_OF_BIRTH",), "gender": ("GENDER",), "email": ("EMAIL_ADDRESS",), "phone": ("PHONE_NUMBER",),
    "address": ("ADDR_FULL",), "street": ("ADDR_LINE1",), "city": ("ADDR_CITY",), "region": ("ADDR_STATE",), "postcode": ("ADDR_POSTAL_CODE",),
    "country": ("ADDR_COUNTRY",), "tax_id": ("TAX_ID_NUMBER",),
}  # fmt: skip
SENZING_KEYS = {"passport": "PASSPORT_NUMBER", "driving_licence": "DRIVERS_LICENSE_NUMBER", "social_security": "SSN_NUMBER",
                "national_id": "NATIONAL_ID_NUMBER", "lei": "LEI_NUMBER"}  # fmt: skip
SENZING_COUNTRY = {"passport": "PASSPORT_COUNTRY", "driving_licence": "DRIVERS_LICENSE_STATE", "national_id": "NATIONAL_ID_COUNTRY"}


def senzing(folder: Path) -> DataSet:
    """Senzing's truth set: persons and organisations of three sources, several values a record, with the actual key."""
    place = folder / "persons" / "senzing_truthset_demo"
    sources = {}
    for name in ("customers", "reference", "watchlist"):
        lines = (place / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = pd.DataFrame([row for line in lines for row in _senzing_rows(json.loads(line))])
        attributes = {attribute: attribute for attribute in SENZING_COLUMNS if attribute in rows}
        keys = {key: key for key in SENZING_KEYS if key in rows}
        own = ("employer",) if "employer" in rows else ()
        kind = {"organisation_when": "record_type = 'ORGANIZATION'"}
        sources[name] = Source(texts(rows), "record_id", attributes | {each: each for each in own}, keys, kind, own)
    key = pd.read_csv(place / "actual_truthset_key.csv", dtype=str)
    truth = pd.DataFrame({"source": key["DATA_SOURCE"].str.lower(), "record_id": key["RECORD_ID"], "entity": key["CLUSTER_ID"]})
    return DataSet("senzing", sources, truth)


def _senzing_rows(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """A record as flat rows: values that came together stay in one row, a second value of the same makes another row."""
    rows: list[dict[str, str]] = [{}]
    kind = next((part["RECORD_TYPE"] for part in record["FEATURES"] if "RECORD_TYPE" in part), "")
    for part in record["FEATURES"]:
        values = _senzing_values(part)
        if values:
            home = next((row for row in rows if not row.keys() & _kin(values)), None)
            if home is None:
                home = {}
                rows.append(home)
            home.update(values)
    return [{"record_id": record["RECORD_ID"], "record_type": kind} | row for row in rows]


def _senzing_values(part: Mapping[str, str]) -> dict[str, str]:
    """The attributes that one of Senzing's features holds."""
    found = {}
    for attribute, columns in SENZING_COLUMNS.items():
        value = " ".join(part[column] for column in columns if part.get(column))
        if value:
            found[attribute] = _plain_day(value) if attribute == "birth_date" else value
    for key, column in SENZING_KEYS.items():
        if part.get(column):
            found[key] = " ".join([part.get(SENZING_COUNTRY.get(key, ""), ""), part[column]]).strip()
    if part.get("EMPLOYER"):
        found["employer"] = part["EMPLOYER"]
    return found


def _kin(values: Mapping[str, str]) -> set[str]:
    """Attributes that no two of may stand in one row but together: names, and parts of an address."""
    groups = ({"full_name", "organisation_name", "given_name", "family_name"},
              {"address", "street", "city", "region", "postcode", "country"})  # fmt: skip
    return set(values).union(*(group for group in groups if group & set(values)))


def _plain_day(text: str) -> str:
    """Month/day/year as YYYY-MM-DD; others as they are.

    >>> _plain_day("3/31/54"), _plain_day("1993-09-14")
    ('1954-03-31', '1993-09-14')
    """
    parts = text.split("/")
    if len(parts) != 3:
        return text
    month, day, year = (int(part) for part in parts)
    year += 1900 if year < 100 else 0
    return f"{year:04}-{month:02}-{day:02}"


def made(records: int, seed: int = 1) -> DataSet:
    """Persons of today: see worlds."""
    attributes = {"given_name": "first_name", "family_name": "surname", "birth_date": "dob", "city": "city", "postcode": "postcode",
                  "email": "email", "phone": "phone"}  # fmt: skip
    return _of_world("made", worlds.made(records, seed), attributes, (), "US")


def hard(records: int = 50_000, seed: int = 1) -> DataSet:
    """Historical persons: see worlds."""
    attributes = {"full_name": "full_name", "given_name": "first_name", "family_name": "surname", "birth_date": "dob", "city": "birth_place",
                  "postcode": "postcode", "gender": "gender", "occupation": "occupation"}  # fmt: skip
    return _of_world("hard", hard_world.hard(records, seed), attributes, ("occupation",), "GB")


def _of_world(name: str, table: pd.DataFrame, attributes: Mapping[str, Columns], own: tuple[str, ...], region: str) -> DataSet:
    """A made table, whose cells are texts already; the ids become texts that look like no placeholder, as 999999 would."""
    rows = table.drop(columns="cluster").assign(unique_id="r" + table["unique_id"].astype(str).str.zfill(7))
    truth = pd.DataFrame({"source": name, "record_id": rows["unique_id"], "entity": table["cluster"]})
    return DataSet(name, {name: Source(rows, "unique_id", attributes, own=own)}, truth, region)


REAL: Mapping[str, Callable[[Path], DataSet]] = {"fake_1000": fake_1000, "febrl_3": febrl_3, "febrl_4": febrl_4, "senzing": senzing}


def of_name(name: str, folder: Path | None, records: int | None = None) -> DataSet:
    """A set by its name.

    Args:
        name: of a real set, `made` or `hard`.
        folder: where the real sets are; None where they are not.
        records: rows of a made set; its usual number by default.
    """
    if name in REAL:
        if folder is None:
            raise SystemExit(f"{name} needs the folder of public data sets: set UNEQUAL_DATA")
        return REAL[name](folder)
    return made(records or 1_000_000) if name == "made" else hard(50_000)
