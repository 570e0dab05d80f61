"""Up to which size inputs are copied into the evidence: by option, `runbook.toml` or default."""

from collections.abc import Mapping
from pathlib import Path

from runner.errors import UsageError
from runner.keys.references import COPIED_UP_TO_BYTES
from runner.runs.configuration_file import configuration_file
from runner.runs.limiting import read_size

OPTION = "--copy-up-to"
TABLE, FIELD = "evidence", "copy_inputs_up_to"
_NOT_DONE = "nothing was executed"


def copy_limit(given: str, cwd: Path, environment: Mapping[str, str]) -> int:
    """The most bytes that an input is copied with.

    Raises UsageError where what the option or the nearest `runbook.toml` says is no size.
    """
    if given:
        return read_size(OPTION, given)
    file = configuration_file(cwd, environment)
    text = _configured(file) if file else None
    return COPIED_UP_TO_BYTES if text is None else read_size(f"{file}: {TABLE}.{FIELD}", text)


def _configured(file: Path) -> str | None:
    import tomllib

    try:
        tree = tomllib.loads(file.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read: {error}", _NOT_DONE) from None
    table = tree.get(TABLE, {})
    known = isinstance(table, dict) and set(table) <= {FIELD}
    text = table.get(FIELD) if known else ""
    if not known or not isinstance(text, str | None):
        hint = f'write it as: [{TABLE}] {FIELD} = "1GiB"'
        raise UsageError(f"{file}: [{TABLE}] is not understood", _NOT_DONE, hint)
    return text
