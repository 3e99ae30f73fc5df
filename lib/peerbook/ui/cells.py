"""Faults of the entries of a list, told at the cells they were typed in."""

from __future__ import annotations

from peerbook.errors import Fault, InputFault, Place
from peerbook.ui import Row


def at_cells(fault: InputFault, field: str, rows: tuple[Row, ...]) -> InputFault:
    """Return faults whose place is a row, from 1, as faults of that row's cells on the page.

    Parameters
    ----------
    fault
        As the records tell it: the column as field, the number of the entry as row.
    field
        Name of the form's field of rows.
    rows
        Its rows, in the order in which they were handed to the records.
    """
    faults = []
    for one in fault.faults:
        where = field
        if one.place.row is not None:
            row = rows[one.place.row - 1]
            name = one.place.field if one.place.field in row.values else next(iter(row.values))
            where = f"{field}.{row.place}.{name}"
        faults.append(Fault(one.message, Place(field=where)))
    return InputFault(faults)
