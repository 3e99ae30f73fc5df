"""What hosts of the café are called on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from peerbook.cafe.rota_records import LABEL, Hosts, Shift, is_label
from peerbook.store import identities
from peerbook.text import _, format_list


def names_of_hosts(session: Session, shown: Iterable[Shift]) -> dict[str, str]:
    """Return the names of the participants who are hosts at some cafés, by code.

    Where the visitor may not read names, people are called by their codes.
    """
    codes = sorted({code for one in shown for code in one.hosts.codes})
    return dict.fromkeys(codes, "") | identities.name_of(session, codes)


def names_of_keys(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return the names of the participants among hosts, by the keys of `rota_records.held`."""
    return identities.name_of(session, sorted(key for key in keys if not is_label(key)))


def hosts_told(hosts: Hosts, names: Mapping[str, str]) -> str:
    """Return who is host, as one phrase; empty when nobody is."""
    gone = [_("somebody who is deleted")] if hosts.unknown else []
    return format_list([*hosts.labels, *(names.get(c) or c for c in hosts.codes), *gone])


def name_of_key(key: str, names: Mapping[str, str]) -> str:
    """Return what a host is called by the key that `rota_records.held` gives them."""
    return names.get(key) or key.removeprefix(LABEL)
