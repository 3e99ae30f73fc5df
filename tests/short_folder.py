"""A folder with a short path: that of a Unix socket has room for 107 bytes."""

from __future__ import annotations

import atexit
import shutil
import tempfile


def short_folder() -> str:
    """Return a new folder outside pytest's own, which goes when the tests end."""
    folder = tempfile.mkdtemp(prefix="pb-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
