"""A few records that arrive are read as their source writes, which only all of its records tell."""

from __future__ import annotations

from tests.identity.bases import COLUMNS, Base, project
from tests.identity.test_name_order import FAMILY_FIRST

from unequal import storage
from unequal.identity import arrivals, steps

PROJECT = project(("crm",))


def test_a_record_that_arrives_alone_is_read_in_the_ways_of_its_source(tmp_path):
    with storage.open_engine(PROJECT.storage, tmp_path / "scratch") as engine:
        base = Base(engine, tmp_path, PROJECT)
        base.run({"crm": [{"id": f"{at}", "full": name, "born": f"{at + 13}/05/1971"} for at, name in enumerate(FAMILY_FIRST)]})
        gathered = {name: engine.read(base.written / "crm" / f"{name}.parquet") for name in ("record", "person_attribute")}
        source = PROJECT.sources["crm"]
        ways = steps.ways_of(engine, "crm", source, records=gathered["record"], attributes=gathered["person_attribute"], project=PROJECT)
        assert ways == steps.Ways(day_first=True, family_first=("crm",))
        (tmp_path / "new").mkdir()
        rows = engine.rows(COLUMNS, [{"id": "n", "full": "Stone David", "born": "05/06/1980"}])
        known = arrivals.known_rows(engine, "crm", source, rows, ways=ways, project=PROJECT, folder=tmp_path / "new")
        (row,) = known.features.to_pylist()
    assert (row["given"], row["family"], row["birth_date"]) == ("david", "stone", "1980-06-05")
