"""The sample incident of a runbook: `<slug>.sample.toml` beside it.

as_of             the time of the incident with its offset, from which windows are counted back
[inputs]          input name = file, relative to this file
[parameters]      parameter name = value, as text
[answers]         step = answer, as `--answer` takes them, for runs without a person
"""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from runner.errors import InvalidInput, NotFound
from runner.model.frozen import frozen
from runner.runs.assignment import GivenInput
from runner.runs.runbook_files import read_text

AS_OF = "as_of"
TABLES = ("inputs", "parameters", "answers")


@frozen
class SampleIncident:
    """What `--sample` stands for; paths are of files that exist.

    A sample gets older, and "last 24 hours" are those before the incident: before `as_of` in UTC.
    """

    inputs: tuple[GivenInput, ...]
    parameters: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    as_of: datetime | None = None


def sample_file(runbook: Path) -> Path:
    """Where the sample of a runbook stands, whether it is there or not."""
    if runbook.name == "README.md":
        return runbook.with_name("sample.toml")
    return runbook.with_suffix(".sample.toml")


def load_sample(runbook: Path) -> SampleIncident:
    """The sample incident of a runbook. Raises NotFound for none, InvalidInput for a broken one."""
    file = sample_file(runbook)
    if not file.is_file():
        raise NotFound(f"{runbook.name} has no sample: there is no {file}", "nothing was executed")
    try:
        tree = tomllib.loads(read_text(file))
        as_of = _utc(tree.pop(AS_OF, None))
        unknown = [name for name in tree if name not in TABLES]
        if unknown:
            raise ValueError(f"it has {unknown[0]}; known: {', '.join((AS_OF, *TABLES))}")
        texts = [tuple((str(n), str(v)) for n, v in tree.get(name, {}).items()) for name in TABLES]
        inputs = tuple(GivenInput(name, file.parent / path) for name, path in texts[0])
        absent = [one.path for one in inputs if not one.path.is_file()]
        if absent:
            raise ValueError(f"there is no file {absent[0]}")
    except (ValueError, AttributeError) as error:
        raise InvalidInput(f"{file} is no sample: {error}", "nothing was executed") from None
    return SampleIncident(inputs, texts[1], texts[2], as_of)


def _utc(given: object) -> datetime | None:
    if given is None:
        return None
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise ValueError(f"{AS_OF} is no time with an offset, such as 2026-11-22T18:00:00Z")
    return given.astimezone(UTC)
