"""Where a store may lie."""

from pathlib import Path

import pytest

from peerbook.errors import StoreUnavailable
from peerbook.store import Store
from peerbook.store.place import require_safe_place

pytestmark = pytest.mark.sqlite

LOCAL = "/dev/vda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n"


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_a_network_drive_is_refused_with_its_folder(kind):
    mounts = f"{LOCAL}server:/share /mnt/share {kind} rw 0 0\n"
    with pytest.raises(StoreUnavailable, match="/mnt/share/peer"):
        require_safe_place(Path("/mnt/share/peer/peerbook.sqlite"), mounts)
    require_safe_place(Path("/mnt/sharepoint/peerbook.sqlite"), mounts)
    require_safe_place(Path("/srv/peerbook.sqlite"), mounts)


def test_a_local_disk_under_a_network_drive_is_fine():
    mounts = f"{LOCAL}server:/ /mnt nfs4 rw 0 0\n/dev/vdb1 /mnt/disk ext4 rw 0 0\n"
    require_safe_place(Path("/mnt/disk/peerbook.sqlite"), mounts)


def test_a_later_mount_on_the_same_point_counts():
    mounts = f"{LOCAL}/dev/vdb1 /mnt ext4 rw 0 0\nserver:/ /mnt nfs rw 0 0\n"
    with pytest.raises(StoreUnavailable):
        require_safe_place(Path("/mnt/peerbook.sqlite"), mounts)


def test_spaces_in_a_mount_point_are_understood():
    mounts = f"{LOCAL}//server/s /mnt/vores\\040drev cifs rw 0 0\n"
    with pytest.raises(StoreUnavailable):
        require_safe_place(Path("/mnt/vores drev/peerbook.sqlite"), mounts)


def test_a_link_to_a_network_drive_is_seen_through(tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "share")
    mounts = f"{LOCAL}server:/ {tmp_path.resolve()}/share nfs rw 0 0\n"
    with pytest.raises(StoreUnavailable):
        require_safe_place(tmp_path / "link" / "peerbook.sqlite", mounts)


@pytest.mark.parametrize(
    "folder", ["OneDrive - Vejle Kommune", "Dropbox", "Dropbox (Personal)", "Google Drive"]
)
def test_a_folder_copied_to_the_cloud_is_refused_by_name(tmp_path, folder):
    with pytest.raises(StoreUnavailable) as refused:
        Store.open(tmp_path / folder / "data" / "peerbook.sqlite")
    assert f"»{folder}«" in str(refused.value)
    assert not (tmp_path / folder).exists()
