"""Records before they are typed: text columns in the engine's table `kit_raw`."""

from runner.kit.places import Layout
from runner.model.frozen import frozen

UNREAD_KEPT = 1_000
LATIN_1 = "not UTF-8, read as Latin-1; letters with accents may differ"


@frozen
class Unread:
    """A record that could not be split into its columns. Records count from 1, without header."""

    record: int
    why: str
    said: str
    text: str


@frozen
class RawRecords:
    """What `kit_raw` holds: the file's name of each of its columns, and what it does not hold.

    `unread` are the first UNREAD_KEPT of `unread_count` records. `typed` are the columns that are
    no text, with their type in the engine. `layout` says how the records lie in the file, where
    that tells the line of each.
    """

    names: dict[str, str]
    unread: tuple[Unread, ...] = ()
    unread_count: int = 0
    warnings: tuple[str, ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    layout: Layout | None = None
