"""Where a store may lie: on a disk of this computer that nothing else copies about."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from peerbook.errors import StoreUnavailable
from peerbook.text import _

NETWORK_FILE_SYSTEMS = frozenset(
    {"9p", "afpfs", "afs", "ceph", "cifs", "davfs", "fuse.rclone", "fuse.sshfs", "glusterfs"}
    | {"lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "webdav"}
)
"""Here WAL's shared memory and locks do not reach other computers. Source: sqlite.org/wal.html."""

_SYNCED = re.compile(
    r"(onedrive|dropbox|google ?drive|icloud|nextcloud|owncloud|box sync|creative cloud)"
    r"|cloudstorage$|mobile documents$",
    re.IGNORECASE,
)
_MOUNTS = Path("/proc/mounts")
_DRIVE_REMOTE = 4


def require_safe_place(path: Path, mounts: str | None = None) -> None:
    """Refuse a folder on a network drive or one that a service keeps in step with the cloud.

    Both damage a database that is written while they look away. A service is known by the name of
    its folder, so this finds the usual ones, not all.

    Parameters
    ----------
    path
        The database file; it need not exist.
    mounts
        Text in the format of /proc/mounts; read from the system when not given.

    Raises
    ------
    StoreUnavailable
        When the place is unsafe, with the place to use instead.
    """
    folder = path.absolute().parent.resolve()
    if mounts is None:
        mounts = _MOUNTS.read_text("utf-8", "replace") if _MOUNTS.exists() else ""
    if _file_system(folder, mounts) in NETWORK_FILE_SYSTEMS or _on_windows_network(folder):
        raise StoreUnavailable(
            _(
                "{folder} is on a network drive, where data can be lost when two people save at "
                "the same time. Put the data on this computer's own disk."
            ).format(folder=folder)
        )
    synced = next((part for part in folder.parts if _SYNCED.match(part)), None)
    if synced:
        raise StoreUnavailable(
            _(
                "{folder} is copied to the cloud by “{service}”, which can damage the data while "
                "you save. Choose a folder on this computer that is not copied."
            ).format(folder=folder, service=synced)
        )


def _file_system(folder: Path, mounts: str) -> str:
    """Return the type of the file system that holds `folder`; empty when it is not listed."""
    found, longest = "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1])
        # The same point can be mounted twice; the later mount hides the earlier.
        if folder.is_relative_to(point) and len(point) >= longest:
            found, longest = fields[2], len(point)
    return found


def _on_windows_network(folder: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        kind = ctypes.windll.kernel32.GetDriveTypeW(folder.drive + "\\")
        return folder.drive.startswith("\\\\") or kind == _DRIVE_REMOTE
    return False
