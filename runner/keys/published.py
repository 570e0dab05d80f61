"""What a notebook left behind: its result file and the files that the result names."""

import os
import stat
from pathlib import Path

from runner.model.contract import KeyContract
from runner.model.result_file import PublishedResult, decode_result
from runner.model.results import OutputValue
from runner.model.values import Chart, Table

RESULT_FILE = "result.json"
_LARGEST = 64 * 1024**2


def read_published(
    outputs: Path, run_folder: Path, contract: KeyContract
) -> tuple[PublishedResult | None, tuple[str, ...]]:
    """The result in the folder `outputs`, or None with everything that breaks the contract.

    File names come out relative to the run folder; each is a regular file below `outputs`.
    """
    try:
        text = _read(outputs / RESULT_FILE)
    except FileNotFoundError:
        return None, (f"no cell published a result ({RESULT_FILE} is missing)",)
    except (OSError, ValueError) as error:
        return None, (f"{RESULT_FILE} cannot be read: {error}",)
    published, problems = decode_result(text, contract)
    if published is None:
        return None, problems
    faults = tuple(fault for output in published.outputs for fault in _faults(output, outputs))
    if faults:
        return None, faults
    placed = tuple(_placed(output, outputs.relative_to(run_folder)) for output in published.outputs)
    return (
        PublishedResult(
            placed, published.data_from, published.data_to, published.warnings, published.inputs
        ),
        (),
    )


def _read(file: Path) -> str:
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as result:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        if status.st_size > _LARGEST:
            raise ValueError(f"it is larger than {_LARGEST:,} bytes")
        return result.read().decode("utf-8")


def _faults(output: OutputValue, outputs: Path) -> tuple[str, ...]:
    name = output.value.file if isinstance(output.value, Table | Chart) else ""
    if not name:
        return ()
    file = outputs / name
    inside = file.resolve().is_relative_to(outputs.resolve())
    if inside and file.is_file() and not file.is_symlink():
        return ()
    return (f"output `{output.name}` names {name!r}, which is no file that it wrote",)


def _placed(output: OutputValue, folder: Path) -> OutputValue:
    value = output.value
    if isinstance(value, Table) and value.file:
        placed = Table(value.columns, value.rows, value.row_count, str(folder / value.file))
        return OutputValue(output.name, placed)
    if isinstance(value, Chart):
        return OutputValue(output.name, Chart(str(folder / value.file), value.caption))
    return output
