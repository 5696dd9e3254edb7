"""The Markdown of a lesson: its steps and their blocks, and what it must not hold."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nnlab.data.rules import shown
from nnlab.lessons.faults import Fault

BLOCKS = ("settings", "question", "goal", "hint", "explanation", "solution", "points_at")
# Other fenced blocks, which are shown as they are.
CODE = ("", "text", "python")
_ALLOWED_LINK = re.compile(r"https?://|[?#]|explore\?", re.IGNORECASE)

_MARKDOWN = MarkdownIt("commonmark")
_MARKDOWN.validateLink = lambda url: True  # type: ignore[method-assign] # _refused looks at each


class Block(NamedTuple):
    """A fenced block of a step."""

    name: str
    line: int  # of its first line inside
    lines: list[str]

    @property
    def text(self) -> str:
        """Return what is inside."""
        return "\n".join(self.lines)


class Part(NamedTuple):
    """What stands between two headings."""

    title: str
    line: int
    text: str
    blocks: list[Block]


def parts_of(lines: list[str], first: int, faults: list[Fault]) -> tuple[str, list[Part]]:
    """Divide the lines from `first` on into the text before the steps, and the steps."""
    blank = [""] * first  # so that the tokens' lines count from the file's first
    tokens = read_markdown("\n".join([*blank, *lines[first:]]), 0, faults)
    parts = [Part("", first + 1, "", [])]
    begin = first  # of the text that no part has yet
    kept: list[str] = []

    def close(end: int) -> None:
        kept.extend(lines[begin:end])
        parts[-1] = parts[-1]._replace(text="\n".join(kept).strip())
        kept.clear()

    for index, token in enumerate(tokens):
        if token.level or not token.map:
            continue
        start, end = token.map
        if token.type == "heading_open" and token.tag == "h2":
            close(start)
            title = tokens[index + 1].content.strip()
            if not 1 <= len(title) <= 100:
                faults.append(Fault(start + 1, "a step's heading must have 1 to 100 characters"))
            parts.append(Part(title, start + 1, "", []))
            begin = end
        elif token.type == "fence" and token.info.strip() in BLOCKS:
            kept.extend([*lines[begin:start], ""])
            begin = end
            inside = token.content.removesuffix("\n").split("\n")
            parts[-1].blocks.append(Block(token.info.strip(), start + 2, inside))
            closing = lines[end - 1].strip() if end - 1 > start else ""
            if not closing or closing.strip("`~"):
                faults.append(Fault(start + 1, "a block must end with a line of ``` alone"))
    close(len(lines))
    before, *steps = parts
    for block in before.blocks:
        rule = f"the block {block.name} must be in a step, after a heading ##"
        faults.append(Fault(block.line - 1, rule))
    return before.text, steps


def read_markdown(text: str, offset: int, faults: list[Fault]) -> list[Token]:
    """Parse Markdown, and add what is not allowed in it to the faults.

    Parameters
    ----------
    offset : the number of lines before the text
    """
    try:
        tokens = _MARKDOWN.parse(text)
    except RecursionError:
        faults.append(Fault(offset + 1, "the text is nested too deeply; use plain paragraphs"))
        return []
    line = offset + 1
    for token in tokens:
        if token.map:
            line = offset + token.map[0] + 1
        faults.extend(Fault(line, sentence) for sentence in _refused(token))
    return tokens


def _refused(token: Token) -> Iterator[str]:
    """Yield a sentence for everything in a token that a lesson must not hold."""
    if token.type == "heading_open" and token.tag == "h1":
        yield "a heading # is not allowed, as the title is in the front matter; a step has ##"
    if token.type == "fence":
        name = token.info.strip()
        if name in BLOCKS and token.level:
            yield f"the block {name} must not be in a list or a quotation, but on its own"
        if name not in (*BLOCKS, *CODE):
            allowed = ", ".join((*BLOCKS, *filter(None, CODE)))
            yield f"the block {shown(name)} is unknown; allowed are {allowed}"
    for part in (token, *(token.children or ())):
        if part.type in {"html_block", "html_inline"}:
            tag = shown(part.content.strip())
            yield f"HTML is not allowed, only Markdown and LaTeX; found {tag}"
        if part.type == "image":
            source = shown(str(part.attrs.get("src", "")))
            yield f"images are not allowed, only text and LaTeX; found {source}"
        if part.type == "link_open":
            address = str(part.attrs.get("href", ""))
            if not _ALLOWED_LINK.match(address):
                rule = "a link must begin with https://, http://, ?, # or explore?"
                yield f"{rule}, not {shown(address)}"
