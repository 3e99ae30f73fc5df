"""A notebook before it is saved: outputs that leak are taken out, and what else leaks is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peerbook.personal import Kind, Names, kinds_in
from peerbook.privacy.passages import notebook_passages, texts_in
from peerbook.privacy.scan import kind_name
from peerbook.text import _, format_list


@dataclass(frozen=True)
class Looked:
    """A notebook as it may be saved.

    Parameters
    ----------
    notebook
        The notebook; where an output was taken out, a line says so.
    taken
        How many outputs were taken out, and widgets' states.
    left
        Where something still leaks that is the analyst's own writing: place and kind.
    """

    notebook: dict[str, Any]
    taken: int
    left: tuple[tuple[str, Kind], ...]


def looked_through(notebook: Mapping[str, Any], names: Names) -> Looked:
    """Return a notebook without the outputs and widgets that leak."""
    taken = 0
    cells = []
    for cell in notebook.get("cells") or []:
        outputs = cell.get("outputs") or []
        kept = [_kept(output, names) for output in outputs]
        taken += sum(new is not old for new, old in zip(kept, outputs, strict=True))
        cells.append({**cell, "outputs": kept} if "outputs" in cell else cell)
    metadata = dict(notebook.get("metadata") or {})
    if _kinds(metadata.get("widgets"), names):
        del metadata["widgets"]
        taken += 1
    saved = {**notebook, "cells": cells, "metadata": metadata}
    left = {
        (where, kind): None
        for where, text in notebook_passages(saved)
        for kind in kinds_in(text, names)
    }
    return Looked(saved, taken, tuple(left))


def _kinds(value: object, names: Names) -> list[Kind]:
    return list(dict.fromkeys(kind for text in texts_in(value) for kind in kinds_in(text, names)))


def _kept(output: Mapping[str, Any], names: Names) -> Mapping[str, Any]:
    kinds = _kinds(output, names)
    if not kinds:
        return output
    text = _("Taken out by peerbook before it was saved: {kinds}. Run the cell to see it again.")
    told = text.format(kinds=format_list([kind_name(kind) for kind in kinds]))
    return {"output_type": "stream", "name": "stdout", "text": f"{told}\n"}
