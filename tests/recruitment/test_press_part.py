"""The page of an article or broadcast tells what those who asked said themselves."""

import datetime as dt

from builders import LEADER, a_desk, a_site
from peerbook.recruitment import enquiry_records, press_records
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.press_part import Press
from peerbook.recruitment.press_records import Item
from peerbook.store.tables import Site
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Prose, Table

TODAY = dt.datetime.now(COPENHAGEN).date()
CAME_OUT = TODAY - dt.timedelta(days=40)


def of_kind(parts, kind):
    for part in parts:
        if isinstance(part, kind):
            yield part
        yield from of_kind(part.inside, kind)


def words(tree):
    return tree if isinstance(tree, str) else "".join(words(one) for one in tree[2])


def test_who_said_an_article_is_told_beside_who_named_this_one(store):
    number, _name = a_site(store)
    asked_on = CAME_OUT + dt.timedelta(days=3)
    long_ago = CAME_OUT - dt.timedelta(days=90)
    with store.write(LEADER) as session:
        item = press_records.save_item(session, number, Item("article", "Avisen", CAME_OUT), TODAY)
        for day, channel, named in (
            (asked_on, "article", item.number), (asked_on, "article", None),
            (asked_on, "broadcast", None), (long_ago, "article", None),
        ):  # fmt: skip
            asked = Asked(day, "peer", channel, press_item=named)
            enquiry_records.log_enquiry(session, number, asked, Person(), TODAY)
    with store.read() as session:
        press = Press(a_desk(store), session.get_one(Site, number))
    parts = press.parts()
    table = next(of_kind(parts, Table))
    table._run({"index": 0, "edition": table.edition}, None)

    told = " ".join(words(["", {}, part.tree]) for part in of_kind(parts, Prose))

    assert "2 af dem sagde »Avis eller blad«. Netop den er noteret hos 1." in told
