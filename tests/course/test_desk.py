"""The desk a page works at."""

import datetime as dt

import pytest

from builders import open_store
from peerbook import desk as desks
from peerbook.desk import Desk, name_key
from peerbook.store import set_setting


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
    desk = Desk(open_store(tmp_path), actor="anna", synthetic=False)
    assert desk.today != day  # the page was opened on another day

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime.fromisoformat(moment).astimezone(tz)

    monkeypatch.setattr(desks.dt, "datetime", Clock)
    assert desk.today == day


def test_who_saves_is_called_by_the_name_they_gave_and_never_by_that_of_an_account(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    desk = Desk(open_store(tmp_path), actor="root", synthetic=False)
    assert (desk.name_of("root"), desk.name_of("pi")) == ("dig", "en kollega")
    with desk.store.write("root") as session:
        set_setting(session, name_key("root"), "Birgit")
        set_setting(session, name_key("a" * 200), "Anna")
    assert (desk.name_of("root"), desk.name_of("a" * 200)) == ("Birgit", "Anna")
    assert desk.name_of("pi") == "en kollega"
