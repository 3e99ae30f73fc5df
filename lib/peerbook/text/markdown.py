"""Markdown: what harmless parts a text has, and somebody's own words inside one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "code", "pre", "blockquote",
    "hr", "br", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": ("href",), "ol": ("start",)}


def literal(text: str) -> str:
    """Return somebody's own words as Markdown that shows them as they stand, on one line."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(text.split()))


def bullets(lines: Iterable[str]) -> str:
    """Return a list in Markdown of somebody's own words, a line each."""
    return "\n".join(f"- {literal(line)}" for line in lines)


def markdown_tree(markdown: str) -> list[Any]:
    """Return Markdown as a tree of [tag, attributes, children], of harmless tags only."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return _nodes(SyntaxTreeNode(parser.parse(markdown)).children)


def _nodes(nodes: Sequence[SyntaxTreeNode]) -> list[Any]:
    return [piece for node in nodes for piece in _node(node)]


def _node(node: SyntaxTreeNode) -> list[Any]:
    if node.type in ("text", "code_inline", "code_block", "fence"):
        if node.type == "text":
            return [node.content]
        code = ["code", {}, [node.content.rstrip("\n")]]
        return [code] if node.type == "code_inline" else [["pre", {}, [code]]]
    if node.type == "softbreak":
        return [" "]
    # The page's title is its only h1.
    tag = {"h1": "h2", "h5": "h4", "h6": "h4"}.get(node.tag, node.tag)
    children = _nodes(node.children)
    if tag not in _TAGS:
        return children
    attributes = {name: node.attrs[name] for name in _ATTRIBUTES.get(tag, ()) if name in node.attrs}
    if str(attributes.get("href", "")).startswith(("http:", "https:")):
        attributes |= {"rel": "noopener noreferrer", "target": "_blank"}
    return [[tag, attributes, children]]
