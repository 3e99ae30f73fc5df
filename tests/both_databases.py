"""Every test that opens a store runs on both databases, unless it is marked `sqlite`.

Folders whose tests are of that kind take these names into their `conftest.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import builders
from peerbook.paths import DATA_FOLDER_VARIABLE
from postgres_server import DatabasesByPlace


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    opens = {"tmp_path", "tmp_path_factory"} & set(metafunc.fixturenames)
    if opens and not any(metafunc.definition.iter_markers("sqlite")):
        metafunc.parametrize("databases", ["sqlite", "postgres"], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the cases of a test that are marked `sqlite`, where the test is not."""
    items[:] = [
        item
        for item in items
        if not (
            item.get_closest_marker("sqlite")
            and getattr(item, "callspec", None)
            and item.callspec.params.get("databases") == "postgres"  # type: ignore[attr-defined]
        )
    ]


@pytest.fixture(autouse=True)
def databases(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DatabasesByPlace | None]:
    """Return the databases `builders.address` leads to; None when those are SQLite's files."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    made = DatabasesByPlace(request.getfixturevalue("postgres_server"))
    monkeypatch.setattr(builders, "address_in", made.address)
    if "tmp_path" in request.fixturenames:
        monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(request.getfixturevalue("tmp_path")))
    yield made
    made.drop()


@pytest.fixture
def nothing_made(databases: DatabasesByPlace | None) -> None:
    """Let the databases of a test begin without any tables, as files do."""
    if databases is not None:
        databases.are_made_empty = True
