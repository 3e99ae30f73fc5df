"""What each who pays is left with, as a sheet of formulas over the lines of a cost estimate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import partial
from typing import get_args

from openpyxl.utils import get_column_letter

from peerbook.costs.by_payer import amount_names, grants_told, share_name, shares
from peerbook.costs.case import Payer
from peerbook.costs.estimate_sheets import Cells, Grounds
from peerbook.costs.model import Model
from peerbook.files.spreadsheet import Sheet, SheetColumn
from peerbook.text import _


def payers_sheet(grounds: Grounds, model: Model) -> Sheet:
    """Return what falls on each payer in a model, as `by_payer.shares` counts it.

    What the sheet of lines has on nobody stands on a row of its own, so that all adds up whatever
    is written there.
    """
    names = amount_names()
    letters = {name: get_column_letter(n) for n, name in enumerate(names, start=2)}
    told = shares(grounds.found[model])
    payers: tuple[Payer, ...] = get_args(Payer)
    nobody, whole = len(payers) + 2, len(payers) + 3

    def cells(row: int, who: str, texts: Mapping[str, str], of: Collection[Payer | None]) -> Cells:
        at = {name: f"{letter}{row}" for name, letter in letters.items()}
        net = "{paid}+{granted}-{received}-{saved}".format(**at)
        known = {
            name: sum((getattr(one, name) for one in told if one.payer in of), Decimal(0))
            for name in names
        }
        return who, *(grounds.priced({**texts, "net": net}[name], known[name]) for name in names)

    left = {
        name: f"{letter}{whole}-SUM({letter}2:{letter}{nobody - 1})"
        for name, letter in letters.items()
    }
    columns = (SheetColumn(_("Who"), 60), *(SheetColumn(label, 16) for label in names.values()))
    rows = [
        *(
            cells(row, share_name(one), _amounts(grounds, model, one), (one,))
            for row, one in enumerate(payers, start=2)
        ),
        cells(nobody, share_name(None), left, (None,)),
        cells(whole, _("In all"), _amounts(grounds, model), (*payers, None)),
        (grants_told(),),
    ]
    return Sheet(_("Who pays"), columns, rows)


def _amounts(grounds: Grounds, model: Model, payer: Payer | None = None) -> dict[str, str]:
    """Return the formula of each amount but the net: of a payer, or of all when None."""
    total = partial(grounds.total, model)
    theirs = total if payer is None else partial(total, payer=payer)
    told = {
        "paid": theirs("cost"), "assumed": theirs("cost", assumes_payer=True),
        "granted": theirs("grant"), "received": total("grant"), "saved": theirs("saving"),
        "given": theirs("gift"),
    }  # fmt: skip
    texts = {name: one.text for name, one in told.items()}
    if payer is not None:  # whoever pays all costs gets the grants of which nobody said for whose
        said, open_ = (total("grant", to=one).text for one in (payer, None))
        texts["received"] = f"{said}+IF({grounds.pays_all(model, payer)},{open_},0)"
    return texts
