"""What all tests share: real data where it is present, and engines to run table functions on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def unequal_data() -> Path:
    """The folder of public data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("UNEQUAL_DATA", SHARED_DATA))
    if not (folder / "README.md").exists() and not (folder / "cdnow").exists():
        pytest.skip("public data sets are absent: set UNEQUAL_DATA, or fetch them with `unequal data get`")
    return folder


@pytest.fixture
def duckdb_engine(tmp_path: Path) -> Iterator[storage.Engine]:
    with storage.open_engine(Storage(threads=2), tmp_path / "scratch") as engine:
        yield engine


@pytest.fixture
def spark_engine(tmp_path: Path) -> Iterator[storage.Engine]:
    pytest.importorskip("pyspark", reason="the extra [spark] is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java 17 is not installed")
    with storage.open_engine(Storage(engine="spark", threads=2), tmp_path / "scratch") as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> storage.Engine:
    """Both engines, one after the other."""
    opened: storage.Engine = request.getfixturevalue(f"{request.param}_engine")
    return opened


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spark and PostgreSQL start once: their tests stay together on one worker."""
    for item in items:
        for marker in ("spark", "postgresql"):
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.xdist_group(marker))


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
