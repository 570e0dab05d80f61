"""The YAML block at the top of a runbook, if it has one."""

from collections.abc import Mapping

from runner.document.plain_yaml import read_plain
from runner.model.diagnostics import Diagnostic, Severity
from runner.model.frozen import frozen
from runner.model.runbook import Metadata
from runner.model.source import SourceText, Span

_FENCES = ("---", "...")
_TEXTS = ("slug", "title", "description", "owner", "last_review", "severity_level")
_LISTS = ("key_type", "tags")


@frozen
class FrontMatter:
    """The metadata, how many lines the block takes, and what is wrong with it."""

    metadata: Metadata
    lines: int
    diagnostics: tuple[Diagnostic, ...] = ()


def read_front_matter(source: SourceText) -> FrontMatter:
    """The metadata at the top; none is fine. A block that does not read is a diagnostic."""
    lines = source.lines
    if lines[0].lstrip("\ufeff").rstrip() != "---":
        return FrontMatter(Metadata(), 0)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in _FENCES), 0)
    if not end:
        return FrontMatter(Metadata(), 0)
    plain = read_plain(lines[1:end])
    if plain is not None:
        return FrontMatter(metadata_of(plain), end + 1)
    import yaml

    try:
        fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load("\n".join(lines[1:end]), Loader=fast)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first_line = str(error).splitlines()[0]
        return FrontMatter(Metadata(), end + 1, (_unreadable(source, end, first_line),))
    if data is None:
        return FrontMatter(Metadata(), end + 1)
    if not isinstance(data, Mapping):
        return FrontMatter(Metadata(), end + 1, (_unreadable(source, end, "no fields in it"),))
    return FrontMatter(metadata_of(data), end + 1)


def _unreadable(source: SourceText, end: int, why: str) -> Diagnostic:
    return Diagnostic(
        "RB001",
        Severity.WARNING,
        f"the front matter does not read as YAML: {why}",
        Span(0, source.line_starts[end] + len(source.lines[end])),
        "it is passed over; the heading gives the title, the file name the slug",
    )


def metadata_of(data: Mapping[object, object]) -> Metadata:
    """The fields that the runner uses, and the others as text."""
    fields = {str(name): value for name, value in data.items()}
    other = {k: v for k, v in fields.items() if k not in (*_TEXTS, *_LISTS)}
    return Metadata(
        **{name: _text(fields.get(name)) for name in _TEXTS},
        key_type=_texts(fields.get("key_type")),
        tags=_texts(fields.get("tags")),
        other=tuple((name, _text(value)) for name, value in other.items()),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(item) for item in value)
    return (_text(value),) if value else ()
