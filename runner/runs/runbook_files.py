"""The files of a runbook: its text, and the `pack.json` beside it."""

from pathlib import Path

from runner.document.naming import RunbookName, read_name
from runner.document.pack import FILE_NAME as PACK
from runner.errors import InvalidRunbook, NotFound
from runner.model.source import SourceText

MOST_BYTES = 4_000_000


def name_of(path: Path) -> RunbookName:
    """What the runbook in a file is called. Raises InvalidRunbook, NotFound."""
    return read_name(SourceText(str(path), read_text(path)), read_pack_text(path))


def read_text(path: Path) -> str:
    """The text of a runbook. Raises InvalidRunbook where it is no UTF-8 text of usual size."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidRunbook(
                f"{path} is larger than {MOST_BYTES // 1_000_000} MB", "it was not read"
            )
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidRunbook(
            f"{path} is not UTF-8 text: byte {error.start} does not decode",
            "nothing was executed",
            f"convert it: iconv -t UTF-8 {path}",
        ) from error


def read_pack_text(path: Path) -> str:
    """The text of the `pack.json` beside a `README.md`; empty where there is none."""
    beside = path.with_name(PACK)
    if path.stem.casefold() != "readme" or not beside.is_file():
        return ""
    return read_text(beside)
