"""What tests of every storey share: a real server on a real port, a real PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgresql as postgres
from tests.depth import USUAL, examples
from tests.hallserver import HallServer
from tests.plans import small_plan

settings.register_profile("hall", examples(USUAL))
settings.load_profile("hall")


@pytest.fixture
def hall_server(tmp_path: Path) -> Iterator[HallServer]:
    """A small hall behind a running server; devices are off."""
    server = HallServer(tmp_path, small_plan())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL database: TIDEHALL_TEST_POSTGRESQL names an empty one (of another version, on another
    machine); without it a server of our own is started."""
    named = os.environ.get("TIDEHALL_TEST_POSTGRESQL")
    if named:
        yield named
        return
    server = postgres.programs()
    if server is None:
        pytest.skip("PostgreSQL's server is not installed (tools/postgresql)")
    with postgres.cluster(server) as url:
        yield url
