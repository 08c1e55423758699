"""A registry's file on a drive of another machine: processes of several machines may open it, and share no memory."""

from __future__ import annotations

from pathlib import Path

import pytest

import numguard as ng
from numguard.errors import RegistryError
from numguard.registry.log import dialect, sqlite
from numguard.system import _file_system_of, is_remote
from registry_cases import A, complaint, complaints, listed

#: Lines of /proc/self/mountinfo.
MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:27 / /mnt/cell rw,relatime shared:9 - cifs //server/cell rw,vers=3.1.1
31 22 0:28 / /mnt/state\040office rw,relatime - nfs4 server:/state rw
32 30 8:2 / /mnt/cell/disk rw,relatime - ext4 /dev/sdb1 rw
33 22 0:29 / /home rw,relatime - ext4 /dev/sdc1 rw
34 22 0:30 / /home rw,relatime - nfs server:/home rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/cases.db", "ext4"),
        ("/mnt/cell/cases.db", "cifs"),
        ("/mnt/cell", "cifs"),
        ("/mnt/cellar/cases.db", "ext4"),
        ("/mnt/cell/disk/cases.db", "ext4"),
        ("/mnt/state office/cases.db", "nfs4"),
        ("/home/desk/cases.db", "nfs"),
    ],
)
def test_the_file_system_of_a_path(place: str, kind: str) -> None:
    assert _file_system_of(place, MOUNTS) == kind


def test_a_folder_of_this_machine_is_not_remote(tmp_path: Path) -> None:
    assert not is_remote(tmp_path / "cases.db")


def test_one_process_at_a_time_has_a_file_of_another_machine_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "is_remote", lambda _: True)
    monkeypatch.setattr(dialect, "BUSY_MS", 200)
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="desk 1") as one:
        one.add_complaints(complaints(complaint("1", "9876543210")))
        # The index of the log would be in memory that other machines do not see.
        assert not path.with_name("cases.db-shm").exists()
        with pytest.raises(RegistryError, match="on a network drive one at a time can"):
            ng.Registry(path, by="desk 2")
        assert one.export(tmp_path / "list.csv", to="DoT").manifest["rows"] == 1
        one.backup(tmp_path / "copy.db")
    with ng.Registry(path, by="desk 2") as other:
        other.decide([A], "withdrawn", "the complaint was false")
        assert other.verify().events == 3
    with ng.Registry(path, by="desk 1") as one:
        assert listed(one) == {}
