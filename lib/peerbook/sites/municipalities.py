"""The municipalities of Denmark, so that a slip of the pen is found where it is made."""

from __future__ import annotations

from difflib import get_close_matches

from peerbook.errors import InputFault
from peerbook.personal import same_name
from peerbook.text import _

MUNICIPALITIES = frozenset(
    """
    Albertslund, Allerød, Assens, Ballerup, Billund, Bornholm, Brøndby, Brønderslev, Dragør,
    Egedal, Esbjerg, Fanø, Favrskov, Faxe, Fredensborg, Fredericia, Frederiksberg, Frederikshavn,
    Frederikssund, Furesø, Faaborg-Midtfyn, Gentofte, Gladsaxe, Glostrup, Greve, Gribskov,
    Guldborgsund, Haderslev, Halsnæs, Hedensted, Helsingør, Herlev, Herning, Hillerød, Hjørring,
    Holbæk, Holstebro, Horsens, Hvidovre, Høje-Taastrup, Hørsholm, Ikast-Brande, Ishøj, Jammerbugt,
    Kalundborg, Kerteminde, Kolding, København, Køge, Langeland, Lejre, Lemvig, Lolland,
    Lyngby-Taarbæk, Læsø, Mariagerfjord, Middelfart, Morsø, Norddjurs, Nordfyns, Nyborg, Næstved,
    Odder, Odense, Odsherred, Randers, Rebild, Ringkøbing-Skjern, Ringsted, Roskilde, Rudersdal,
    Rødovre, Samsø, Silkeborg, Skanderborg, Skive, Slagelse, Solrød, Sorø, Stevns, Struer,
    Svendborg, Syddjurs, Sønderborg, Thisted, Tønder, Tårnby, Vallensbæk, Varde, Vejen, Vejle,
    Vesthimmerlands, Viborg, Vordingborg, Ærø, Aabenraa, Aalborg, Aarhus
    """.replace("\n", " ").replace("    ", "").strip().split(", ")
)  # fmt: skip
"""The 98 municipalities since 2007, without the word itself.

Source: Statistics Denmark, regions, provinces and municipalities, version 1:2007.
"""


def check_municipality(name: str, field: str = "municipality") -> str:
    """Return the name of a municipality if there is one called so, with or without its “Kommune”.

    Raises
    ------
    InputFault
        At `field`, when there is none, with the one that was probably meant.

    >>> check_municipality("Århus Kommune")
    'Århus Kommune'
    """
    known = {_plain(one): one for one in MUNICIPALITIES}
    if _plain(name) in known:
        return name
    close = get_close_matches(_plain(name), known, n=1)
    message = (
        _("There is no municipality called “{name}”. Did you mean {guess}?")
        if close
        else _("There is no municipality called “{name}”. Write one of the 98, such as Vejle.")
    )
    guess = known[close[0]] if close else ""
    raise InputFault.at(field, message.format(name=name, guess=guess))


def _plain(name: str) -> str:
    """Return a name as it is compared: without its “Kommune” and genitive, and with å as aa."""
    plain = same_name(name)
    for word in (" kommune", " regionskommune"):
        plain = plain.removesuffix(word)
    return plain.removesuffix("s").replace("å", "aa")
