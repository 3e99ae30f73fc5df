"""Bringing a store's tables up to date, with Alembic and without an alembic.ini.

A developer who has changed `tables.py` writes the next revision with
`python -m peerbook.store.migrations "what changes"`, reads it, and sets `HEAD`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from peerbook.errors import StoreUnavailable
from peerbook.store.engine import Database
from peerbook.store.keys import Keys
from peerbook.text import _

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0023"
"""The newest revision; written here too so that opening a store need not load Alembic."""


def bring_up_to_date(database: Database) -> None:
    """Bring an existing store to the newest revision, after a checked copy was made.

    Raises
    ------
    StoreUnavailable
        When a newer peerbook wrote the store, or something else did.
    """
    found = revision_of(database)
    if found == HEAD:
        return
    if found is None:
        raise StoreUnavailable(
            _(
                "What is at {place} is no peerbook data. If there should be some, bring back the "
                "newest backup; otherwise choose another place."
            ).format(place=database.place)
        )
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found not in known:
        raise StoreUnavailable(
            _(
                "The data at {place} was written by a newer peerbook. Install the newest peerbook "
                "on this computer too; the data is untouched."
            ).format(place=database.place)
        )
    database.upgrade(
        lambda connection: upgrade(connection, keys=database.keys), name=f"before-{HEAD}"
    )


def revision_of(database: Database) -> str | None:
    """Return the revision of a store's tables, None when it has none."""
    if "alembic_version" not in database.tables():
        return None
    with database.read.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection, to: str = "head", keys: Keys | None = None) -> None:
    """Run the missing revisions in the transaction of `connection`.

    A store with rows needs its keys for it.
    """
    from alembic import command

    config = _config(connection)
    config.attributes["keys"] = keys
    command.upgrade(config, to)


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "peerbook.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
