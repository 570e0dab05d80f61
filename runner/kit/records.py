"""Records before they are typed: text columns `c0`, `c1` … of a table or query of the engine."""

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
    """Records as they are read: the file's name of each column, and what could not be read.

    `unread` are the first UNREAD_KEPT of `unread_count` records. `typed` are the columns that are
    no text, with their type in the engine. `layout` says how the records lie in the file, where
    that tells the line of each. `is_loaded` says that they are in the typed table already; else
    they are in `kit_raw`. `has_blanks` says that cells may have blanks around them.
    """

    names: dict[str, str]
    unread: tuple[Unread, ...] = ()
    unread_count: int = 0
    warnings: tuple[str, ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    layout: Layout | None = None
    is_loaded: bool = False
    has_blanks: bool = True
