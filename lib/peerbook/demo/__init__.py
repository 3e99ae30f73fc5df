"""The synthetic Vejle: invented people whose totals are those of the Vejle manual."""

from peerbook.demo.vejle import Filled, fill

__all__ = ["Filled", "fill"]
