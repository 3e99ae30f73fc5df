"""Ways a file can be damaged on its way, each drawn by chance: `damaged(chance, data)`."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable

import openpyxl

from filled_files import saved

Damage = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, data: bytes) -> bytes:
    broken = bytearray(data)
    for _turn in range(chance.randint(1, 8)):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def swapped(chance: random.Random, data: bytes) -> bytes:
    first, second = sorted(chance.sample(range(len(data)), 2))
    third = chance.randrange(second, len(data))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def with_nul(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + b"\0" * chance.randint(1, 40) + data[at:]


def with_marks(chance: random.Random, data: bytes) -> bytes:
    return (
        chance.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"sep=;\r\n", b"sep=\0\n"]) + data
    )


def repacked(chance: random.Random, data: bytes, damage: Damage) -> bytes:
    """Damage one part inside the file and pack it again, so that the archive itself is sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, damage(chance, content) if name == chosen else content)
    return target.getvalue()


def inner_flip(chance: random.Random, data: bytes) -> bytes:
    return repacked(chance, data, flipped)


def inner_cut(chance: random.Random, data: bytes) -> bytes:
    return repacked(chance, data, cut)


def inner_swap(chance: random.Random, data: bytes) -> bytes:
    return repacked(chance, data, swapped)


def swapped_entries(chance: random.Random, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        names = old.namelist()
        contents = [old.read(name) for name in names]
        first, second = chance.sample(range(len(names)), 2)
        contents[first], contents[second] = contents[second], contents[first]
        for name, content in zip(names, contents, strict=True):
            new.writestr(name, content)
    return target.getvalue()


def edited(chance: random.Random, data: bytes) -> bytes:
    """Do to the sheet what people do: move, merge, overwrite, delete, add."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    for _turn in range(chance.randint(1, 4)):
        row, column = chance.randint(1, 5), chance.randint(1, 22)
        cell = page.cell(row, column)
        action = chance.randrange(7)
        if action == 0:
            page.merge_cells(
                start_row=row, end_row=row + 2, start_column=column, end_column=column + 3
            )
        elif action == 1:
            page.delete_cols(column)
        elif action == 2:
            page.insert_rows(row)
        elif action == 3:
            page.move_range(f"B{row}:F{row}", rows=chance.randint(0, 3), cols=chance.randint(0, 9))
        elif action == 4:
            book.create_sheet(index=0)["A1"] = "x"
        elif type(cell).__name__ != "MergedCell":
            cell.value = chance.choice(
                [
                    "=1+1",
                    "x" * 30_000,
                    -1,
                    4.5,
                    dt.date(2026, 1, 1),
                    "\u202e4",
                    "4\u200b",
                    True,
                    "Ã¦",
                ]
            )
    return saved(book)


ON_BOTH: tuple[Damage, ...] = (flipped, cut, swapped, with_nul, with_marks)
ON_XLSX: tuple[Damage, ...] = (*ON_BOTH, inner_flip, inner_cut, inner_swap, swapped_entries, edited)


def widened(chance: random.Random, data: bytes) -> bytes:
    """Put a row into a CSV file that is far wider than any sheet."""
    return data + b";" * chance.choice([201, 20_000, 100_000]) + b"\r\n"


def requoted(chance: random.Random, data: bytes) -> bytes:
    """Strew quotation marks and separators into a CSV file."""
    broken = bytearray(data)
    for _turn in range(chance.randint(1, 6)):
        broken.insert(chance.randrange(len(broken)), chance.choice(b'";\t,\r\n\xe6'))
    return bytes(broken)


ON_CSV: tuple[Damage, ...] = (*ON_BOTH, widened, requoted)
