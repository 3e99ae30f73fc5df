"""What is spoken about over the first cup of coffee, as `curriculum/recruitment` has it."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from peerbook.paths import product_folder


class Point(BaseModel):
    """One point to speak about; with a role, only with those who want to take part in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=32)]
    text: Annotated[str, Field(min_length=1)]
    role: Literal["peer", "mentor"] | None = None


class Checklist(BaseModel):
    """The points, and their version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(min_length=1, max_length=32)]
    points: tuple[Point, ...]

    def of(self, role: str) -> tuple[Point, ...]:
        """Return the points for somebody who wants to take part in a role, or does not know yet."""
        return tuple(point for point in self.points if point.role in (None, role) or role == "open")


@lru_cache
def coffee_talk() -> Checklist:
    """Return the checklist of the first talk."""
    path = product_folder("curriculum") / "recruitment" / "coffee_talk.yaml"
    return Checklist.model_validate(yaml.safe_load(path.read_text("utf-8")))
