"""Meridian's customers against the truth that was planted: persons, organisations, and kin who must stay apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from benchmarks.identity.metrics import Figures, Score, figures
from benchmarks.identity.ours import Resolved, with_entities

from unequal import demo


@dataclass(frozen=True)
class Measured:
    """How right a run was on Meridian.

    Args:
        persons: scores over records of persons, strangers of the social network among them.
        organisations: scores over records of organisations.
        customers: found customers that hold a record of a person.
        mixed_customers: of those, how many hold records of several true persons.
        kin: twins, fathers and sons of one name, couples: pairs of which a record of each stands in one customer, and all pairs with records.
    """

    persons: Figures
    organisations: Figures
    customers: int
    mixed_customers: int
    kin: dict[str, tuple[int, int]]

    @property
    def false_merges(self) -> float:
        """Share of person customers that are several persons."""
        return self.mixed_customers / max(self.customers, 1)


def measured(truth: demo.Truth, resolved: Resolved) -> Measured:
    """Score a run; test accounts are nobody, and not scored."""
    records = truth.table("record").select(["source", "record_id", "kind", "entity_id"]).to_pandas()
    wanted = records[records["kind"] != "test"].rename(columns={"entity_id": "entity"})
    together = with_entities(resolved.found, wanted)
    persons, firms = together[together["kind"] != "organisation"], together[together["kind"] == "organisation"]
    entities = persons.groupby("customer_id")["entity"].nunique()
    return Measured(
        figures(persons["customer_id"], persons["entity"]), figures(firms["customer_id"], firms["entity"]),
        len(entities), int((entities > 1).sum()), {kind: _made_one(persons, *pairs) for kind, pairs in _kin(truth).items()},
    )  # fmt: skip


def households(truth: demo.Truth, resolved: Resolved) -> tuple[Score, Score]:
    """Pair F1 of households over true persons, each in that of the customer who holds most of his records.

    Returns:
        Over the persons who have an address on some record, and over all who have a record.
    """
    records, people = truth.table("record").to_pandas(), truth.table("person").to_pandas().set_index("person_id")
    found = records[records["kind"] == "person"].merge(resolved.found, on=["source", "record_id"])
    home = pd.read_parquet(resolved.folder / "household.parquet").set_index("customer_id")["household_id"]
    own = found.groupby("entity_id")["customer_id"].agg(lambda ids: ids.mode().iloc[0])
    planted = people["household_id"].reindex(own.index)
    attributes = pd.concat([pd.read_parquet(path) for path in sorted(resolved.folder.parent.glob("gathered-*/person_attribute.parquet"))])
    placed = attributes[attributes["attribute"].isin(["street", "address"]) & attributes["value_normalised"].notna()]
    with_home = set(placed[["source", "record_id"]].drop_duplicates().merge(found, on=["source", "record_id"])["entity_id"])
    living = home.reindex(own).to_numpy()
    lives_in = np.where(pd.isna(living), own.to_numpy(), living)
    told = own.index.isin(with_home)
    return figures(lives_in[told], planted[told]).pairs, figures(lives_in, planted).pairs


def _kin(truth: demo.Truth) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    people, tied = truth.table("person").to_pandas(), truth.table("relationship").to_pandas()
    twins, namesakes = people[people["twin_id"] != ""], people[people["namesake_id"] != ""]
    couples = tied[tied["kind"] == "household_partner"]
    return {
        "twins": (twins["person_id"].to_numpy(), twins["twin_id"].to_numpy()),
        "Jr and Sr": (namesakes["person_id"].to_numpy(), namesakes["namesake_id"].to_numpy()),
        "couples": (couples["from_id"].to_numpy(), couples["to_id"].to_numpy()),
    }


def _made_one(persons: pd.DataFrame, one: np.ndarray, other: np.ndarray) -> tuple[int, int]:
    """Of pairs of entities that both have records: how many share a customer, and how many there are; each pair once."""
    pairs = pd.DataFrame({"one": np.where(one < other, one, other), "other": np.where(one < other, other, one)}).drop_duplicates()
    known = set(persons["entity"])
    pairs = pairs[pairs["one"].isin(known) & pairs["other"].isin(known)]
    held = persons[["entity", "customer_id"]].drop_duplicates()
    both = pairs.merge(held, left_on="one", right_on="entity").merge(
        held, left_on=["other", "customer_id"], right_on=["entity", "customer_id"]
    )
    return len(both[["one", "other"]].drop_duplicates()), len(pairs)
