"""Write the next revision: the difference between the newest revision and `tables.py`."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from peerbook.store.engine import open_database
from peerbook.store.migrations import HEAD, _config, upgrade

if len(sys.argv) != 2:
    sys.exit('usage: python -m peerbook.store.migrations "what changes"')
with tempfile.TemporaryDirectory() as folder:
    database = open_database(str(Path(folder) / "empty.sqlite"))
    database.create(upgrade)
    with database.write.begin() as connection:
        command.revision(
            _config(connection), sys.argv[1], autogenerate=True, rev_id=f"{int(HEAD) + 1:04}"
        )
