"""Text as it reads, every character of which knows where it stands in the source."""

import re
from collections.abc import Iterator
from functools import cached_property

from runner.model.frozen import frozen
from runner.model.source import Span

_PLAIN_LABELS = (
    "when to run|when|action|key|run|use|inputs?|expected outputs?|outputs?|expected|review|"
    "questions answered|next steps?|location|interpret results|evidence|preconditions?|warning|"
    "side effects?|safety|verification|rollback|success|success criteria|execution"
)
_PLAIN_LABEL = re.compile(rf"({_PLAIN_LABELS})\s*:(?!\S*//)\s*", re.I)


@frozen
class RichText:
    """Displayed text with the source offset of each character, and its bold and code ranges.

    `offsets` has one more entry than `text` has characters: the end. A line feed stands for a
    line break inside a paragraph.
    """

    text: str
    offsets: tuple[int, ...]
    bold: tuple[tuple[int, int], ...] = ()
    code: tuple[tuple[int, int], ...] = ()

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The source range of a part of the text."""
        end = len(self.text) if end is None else end
        if not self.text or start >= end:
            at = self.offsets[min(start, len(self.offsets) - 1)]
            return Span(at, at)
        last = min(self.offsets[end - 1] + 1, max(self.offsets[end], self.offsets[start]))
        return Span(self.offsets[start], last)

    def part(self, start: int, end: int | None = None) -> "RichText":
        """A part of the text, stripped of white space at both ends."""
        end = len(self.text) if end is None else end
        wanted = self.text[start:end]
        words = wanted.strip()
        if len(words) == len(self.text):
            return self
        begin = start + (len(wanted) - len(wanted.lstrip()) if words else len(wanted))
        last = begin + len(words)
        return RichText(
            words,
            self.offsets[begin : last + 1],
            _clipped(self.bold, begin, last),
            _clipped(self.code, begin, last),
        )

    def joined(self, separator: str, other: "RichText") -> "RichText":
        """This text, a separator that stands nowhere in the source, and another text."""
        gap = (self.offsets[-1],) * len(separator)
        shift = len(self.text) + len(separator)
        return RichText(
            self.text + separator + other.text,
            self.offsets[:-1] + gap + other.offsets,
            self.bold + tuple((a + shift, b + shift) for a, b in other.bold),
            self.code + tuple((a + shift, b + shift) for a, b in other.code),
        )

    @cached_property
    def field(self) -> "LabelledText | None":
        """The label and the value of a field line; None where the line is no field."""
        if self.bold and self.bold[0][0] == 0:
            end = self.bold[0][1]
            label = self.text[:end].rstrip()
            behind = self.text[end:].lstrip()
            if label.endswith(":"):
                return LabelledText(label[:-1].strip(), self.part(end))
            if behind.startswith(":"):
                return LabelledText(label, self.part(self.text.index(":", end) + 1))
            return None
        if match := _PLAIN_LABEL.match(self.text):
            return LabelledText(match[1], self.part(match.end()))
        return None

    @property
    def line(self) -> str:
        """The text on one line, as it is shown and compared."""
        return " ".join(self.text.split())

    def codes(self) -> Iterator[tuple[str, int]]:
        """The code spans: their text and where they begin."""
        for start, end in self.code:
            yield self.text[start:end], start

    def matches(self, pattern: re.Pattern[str], start: int = 0) -> Iterator[re.Match[str]]:
        """The matches of `pattern` that begin outside parentheses, quotation marks and code."""
        for match in pattern.finditer(self.text, start):
            if not self._is_enclosed(match.start()):
                yield match

    def split(self, pattern: re.Pattern[str]) -> tuple["RichText", ...]:
        """The parts between those matches of `pattern` that `matches` finds."""
        cuts = [0]
        for match in self.matches(pattern):
            cuts += [match.start(), match.end()]
        cuts.append(len(self.text))
        parts = (self.part(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True))
        return tuple(part for part in parts if part.text)

    def _is_enclosed(self, index: int) -> bool:
        if any(start <= index < end for start, end in self.code):
            return True
        before = self.text[:index]
        if before.count('"') % 2 and '"' in self.text[index:]:
            return True
        return before.count("(") > before.count(")") or before.count("“") > before.count("”")


@frozen
class LabelledText:
    """A bold or well-known label and what follows its colon."""

    label: str
    value: RichText


def is_known_label(label: str) -> bool:
    """Whether a label is one of those that the language knows, such as Location."""
    return _PLAIN_LABEL.fullmatch(f"{label}:") is not None


def _clipped(
    ranges: tuple[tuple[int, int], ...], start: int, end: int
) -> tuple[tuple[int, int], ...]:
    if not ranges:
        return ()
    return tuple(
        (max(a, start) - start, min(b, end) - start) for a, b in ranges if a < end and b > start
    )
