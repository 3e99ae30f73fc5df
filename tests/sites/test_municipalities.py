"""A municipality is known by its name however it is written; a slip is told with what was meant."""

from __future__ import annotations

import pytest

from peerbook.errors import InputFault
from peerbook.sites.municipalities import MUNICIPALITIES, check_municipality


def test_there_are_98_municipalities():
    assert len(MUNICIPALITIES) == 98


@pytest.mark.parametrize(
    "name",
    [
        "Vejle", "vejle kommune", "Københavns Kommune", "Åbenrå", "Bornholms Regionskommune",
        "Vesthimmerland", " Morsø ",
    ],
)  # fmt: skip
def test_a_municipality_is_known_however_it_is_written(name):
    assert check_municipality(name) == name


@pytest.mark.parametrize(
    ("name", "told"), [("Vejel", "Mente du Vejle?"), ("Atlantis", "en af de 98"), ("", "98")]
)
def test_one_that_is_not_there_is_refused_with_the_one_that_was_probably_meant(name, told):
    with pytest.raises(InputFault) as refused:
        check_municipality(name)
    (fault,) = refused.value.faults
    assert fault.place.field == "municipality"
    assert told in fault.message
