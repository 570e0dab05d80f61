"""In which line of a TOML text a table or a field of it begins: for messages only."""

import re

from runner.model.frozen import frozen

_HEADER = re.compile(r"\s*\[\[\s*(\w+)\s*\]\]")
_FIELD = re.compile(r"\s*(?:\[\s*\w+\.)?[\"']?([^\"'\[\]=.#]+?)[\"']?\s*(?:[=.]|\]\s*$)")


@frozen
class LinesOfTables:
    """Lines, from 1, of what stands in a text; 0 where a field is not found."""

    text: str

    def header(self, table: str, number: int) -> int:
        """The line of the `number`th [[table]], from 0."""
        found = [n for n, name in self._headers() if name == table]
        return found[number] if number < len(found) else 0

    def field(self, table: str, number: int, field: str) -> int:
        """The line of a field of that table."""
        start = self.header(table, number)
        ends = [n for n, _ in self._headers() if n > start] or [len(self.text.splitlines()) + 1]
        return self._first(field, start, ends[0]) if start else 0

    def top(self, field: str) -> int:
        """The line of a field that stands in no table, or of the first table of that name."""
        tables = [n for n, name in self._headers() if name == field]
        return self._first(field, 0, len(self.text.splitlines()) + 1) or next(iter(tables), 0)

    def _first(self, field: str, start: int, end: int) -> int:
        for number, line in enumerate(self.text.splitlines()[start : end - 1], start + 1):
            match = _FIELD.match(line)
            if match and match[1].strip() == field:
                return number
        return 0

    def _headers(self) -> list[tuple[int, str]]:
        lines = enumerate(self.text.splitlines(), 1)
        return [(n, match[1]) for n, line in lines if (match := _HEADER.match(line))]
