"""Whose the devices are: one process has them, the next is told who, and a death leaves nothing to clear away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings
from app.store.ownership import DeviceOwner, DevicesTaken
from tests.hallserver import HallServer, free_port
from tests.plans import small_plan


def test_the_second_claim_is_told_who_has_them(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'hall.db'}")
    first, second = DeviceOwner(settings), DeviceOwner(settings)
    first.claim()
    assert first.holds()
    with pytest.raises(DevicesTaken, match=f"process {os.getpid()} on "):
        second.claim()
    first.release()
    second.claim()
    second.release()
    second.release()


def test_another_database_has_other_devices(tmp_path: Path) -> None:
    owners = [DeviceOwner(Settings(database=f"sqlite:///{tmp_path / name}")) for name in ("a.db", "b.db")]
    for owner in owners:
        owner.claim()
    for owner in owners:
        owner.release()


def test_a_second_server_with_devices_ends_with_what_to_do_and_a_third_without_them_runs(
    tmp_path: Path,
) -> None:
    first = HallServer(tmp_path, small_plan(), TIDEHALL_DEVICES="true")
    first.start()
    try:
        second = subprocess.run(
            [sys.executable, "-m", "app", "serve"],
            env={
                **os.environ,
                "TIDEHALL_DATABASE": first.settings.database,
                "TIDEHALL_PORT": str(free_port()),
                "TIDEHALL_DEVICES": "true",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert "设备正由另一进程驱动" in second.stderr
        assert "TIDEHALL_DEVICES=false" in second.stderr
        assert "Traceback" not in second.stderr
        first.kill()
        first.start()  # the lock went with its process
    finally:
        first.stop()
