"""Where peerbook's own files and the user's files are."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

DATA_FOLDER_VARIABLE = "PEERBOOK_DATA"
_LONGEST_SOCKET_BYTES = 100


def product_folder(name: str) -> Path:
    """Return `curriculum`, `docs` or `workbooks`, from the package or from a checkout."""
    packaged = Path(__file__).parent / "shared" / name
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / name


def data_folder() -> Path:
    """Return the user's data folder, made readable to its owner only if it is not there yet."""
    folder = Path(os.environ.get(DATA_FOLDER_VARIABLE) or user_data_path("peerbook", False))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def can_be_socket(path: Path) -> bool:
    """Return whether a kernel's socket can have this path: there are such, and it is not too long.

    Where not, kernels are spoken to over TCP.
    """
    return os.name == "posix" and len(os.fsencode(path)) <= _LONGEST_SOCKET_BYTES
