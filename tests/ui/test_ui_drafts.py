"""A form that is shown anew after a save does not offer what was just saved."""

from __future__ import annotations

import uuid

import pytest

from builders import a_desk
from peerbook.errors import InputFault
from peerbook.sites import site_records
from peerbook.ui import Form, TextField


def test_a_page_that_shows_its_form_anew_after_a_save_offers_no_draft_of_it(store):
    desk = a_desk(store)
    shown: list[Form] = []

    def save(submission):
        name = str(submission.values["name"])
        if name == "Kol":
            raise InputFault.at("name", "too short")
        desk.save(submission, lambda session: site_records.save_site(session, name, "Kolding"))
        show()

    def show():
        form = Form("site", [TextField("name", "Name")], on_submit=save, drafts=desk.drafts("site"))
        shown.append(form)

    show()
    shown[0]._keep_draft({"values": {"name": "Kol"}}, ())
    with pytest.raises(InputFault):
        shown[0]._submit({"key": str(uuid.uuid4()), "values": {"name": "Kol"}}, ())
    show()
    assert shown[1].offer["values"] == {"name": "Kol"}  # nothing is saved: it is offered
    shown[0]._submit({"key": str(uuid.uuid4()), "values": {"name": "Kolding"}}, ())
    assert shown[2].offer == {}
    assert store.drafts.kept(desk.actor) == []
