"""The desk a page works at."""

import datetime as dt
import uuid

import pytest

from builders import a_desk, open_store
from peerbook import desk as desks
from peerbook.errors import Conflict, StoreUnavailable
from peerbook.paths import DATA_FOLDER_VARIABLE
from peerbook.store import Saved, set_setting
from peerbook.store.store import URL_VARIABLE
from peerbook.store.users import name_key
from peerbook.ui import Form, TextField


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2020-11-24T22:59:00+00:00", dt.date(2020, 11, 24)),
        ("2020-11-24T23:00:00+00:00", dt.date(2020, 11, 25)),
        ("2020-03-29T00:30:00+00:00", dt.date(2020, 3, 29)),
        ("2020-10-24T22:00:00+00:00", dt.date(2020, 10, 25)),
    ],
)
def test_today_is_the_day_in_denmark_also_on_a_page_left_open(tmp_path, monkeypatch, moment, day):
    desk = a_desk(open_store(tmp_path), "anna")
    assert desk.today != day  # the page was opened on another day

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime.fromisoformat(moment).astimezone(tz)

    monkeypatch.setattr(desks.dt, "datetime", Clock)
    assert desk.today == day


def test_a_page_begins_no_store_and_says_what_does(tmp_path, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "")
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path))
    desks.open_desk.cache_clear()
    with pytest.raises(StoreUnavailable, match="peerbook serve"):
        desks.open_desk()
    assert list(tmp_path.iterdir()) == []


def test_who_saves_is_called_by_the_name_they_gave_and_never_by_that_of_an_account(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    desk = a_desk(open_store(tmp_path), "root")
    assert (desk.name_of("root"), desk.name_of("pi")) == ("dig", "en kollega")
    with desk.store.write("root") as session:
        set_setting(session, name_key("root"), "Birgit")
        set_setting(session, name_key("a" * 200), "Anna")
    assert (desk.name_of("root"), desk.name_of("a" * 200)) == ("Birgit", "Anna")
    assert desk.name_of("pi") == "en kollega"


def test_a_receipt_is_never_that_of_another_form_or_record_with_the_same_answers(tmp_path):
    desk = a_desk(open_store(tmp_path), "anna")
    saved = []

    def form(name):
        def save(submission):
            def change(session):
                saved.append(name)
                return Saved("setting", len(saved), 1)

            return desk.save(submission, change)

        return Form(name, [TextField("text", "Text")], on_submit=save)

    request = {"key": str(uuid.uuid4()), "values": {"text": "Yes"}}
    first, same_name, other = form("decision"), form("decision"), form("suggestion")
    assert first._submit(request, ()) == first._submit(request, ())
    assert saved == ["decision"]
    for another in (same_name, other):
        with pytest.raises(Conflict):
            another._submit(request, ())
    assert saved == ["decision"]
