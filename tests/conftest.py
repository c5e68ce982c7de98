"""What all tests share: real data where it is present, and engines to run table functions on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, settings

from tests.worlds import default_meridian, small_meridian
from unequal import storage
from unequal.config.storage import Storage

# The same examples every time, and no deadline: a busy machine is no fault of the code. UNEQUAL_SEARCH=1 draws new ones.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=os.environ.get("UNEQUAL_SEARCH") != "1",
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")

__all__ = ["default_meridian", "small_meridian"]

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def unequal_data() -> Path:
    """The folder of public data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("UNEQUAL_DATA", SHARED_DATA))
    if not (folder / "README.md").exists() and not (folder / "cdnow").exists():
        pytest.skip("public data sets are absent: set UNEQUAL_DATA, or fetch them with `unequal data get`")
    return folder


# Tests ask Spark many questions of few rows: compiling its own code to the last, and several collectors, take longer than they save.
_SHORT_LIVED = "--driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' pyspark-shell"


def _opened(name: Literal["duckdb", "spark"], scratch: Path) -> storage.Engine:
    if name == "spark":
        pytest.importorskip("pyspark", reason="the extra [spark] is not installed")
        if shutil.which("java") is None:
            pytest.skip("Java 17 is not installed")
        os.environ.setdefault("PYSPARK_SUBMIT_ARGS", _SHORT_LIVED)
    return storage.open_engine(Storage(engine=name, threads=2), scratch)


@pytest.fixture
def duckdb_engine(tmp_path: Path) -> Iterator[storage.Engine]:
    with _opened("duckdb", tmp_path / "scratch") as engine:
        yield engine


@pytest.fixture
def spark_engine(tmp_path: Path) -> Iterator[storage.Engine]:
    with _opened("spark", tmp_path / "scratch") as engine:
        yield engine


_ENGINES = ("duckdb", pytest.param("spark", marks=pytest.mark.spark))


@pytest.fixture(scope="module", params=_ENGINES)
def engine_of_module(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[storage.Engine]:
    """Both engines, one after the other, for what a module makes once and several of its tests look at."""
    with _opened(request.param, tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(params=_ENGINES)
def engine(request: pytest.FixtureRequest) -> storage.Engine:
    """Both engines, one after the other."""
    opened: storage.Engine = request.getfixturevalue(f"{request.param}_engine")
    return opened


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is costly to start or to make is so once: tests that share it stay together on one worker.

    Those of Spark do, those of PostgreSQL, and those of a module that makes something for all of its tests. Modules
    with long tests begin, so that in the end no worker waits long for another.
    """
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)
    for item in items:
        started = next((marker for marker in ("spark", "postgresql") if item.get_closest_marker(marker)), None)
        if started or _shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(started or str(item.path.relative_to(ROOT))))


def _shares_with_its_module(item: pytest.Item) -> bool:
    # pytest tells the scopes of fixtures nowhere in public before they are made.
    found = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    return any(definition.scope == "module" for definitions in found.values() for definition in definitions)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With UNEQUAL_NO_SKIP=1 a skipped test has failed: whoever sets it has promised that all parts are there."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("UNEQUAL_NO_SKIP") == "1":
        report.outcome = "failed"
        report.longrepr = (
            f"skipped where no skip is allowed: {report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr}"
        )
