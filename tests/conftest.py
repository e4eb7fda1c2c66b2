"""What tests of every storey share: a real server on a real port."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.hallserver import HallServer
from tests.plans import small_plan

# How long one example takes is the machine's load, not the code's fault.
settings.register_profile("hall", deadline=None)
settings.load_profile("hall")


@pytest.fixture
def hall_server(tmp_path: Path) -> Iterator[HallServer]:
    """A small hall behind a running server; devices are off."""
    server = HallServer(tmp_path, small_plan())
    server.start()
    yield server
    server.stop()
