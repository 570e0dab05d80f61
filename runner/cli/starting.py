"""`new`: a runbook or a KEY to begin with, which works as it is."""

import json
import re
from hashlib import sha256
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from runner.cli import console
from runner.errors import ExitCode, UsageError
from runner.keys.catalog import KEYS, RUNBOOKS
from runner.model.identity import NOTEBOOK_PREFIX, KeyName
from runner.model.safe_text import safe_line

_CELL = re.compile(r"^# %%(.*)$", re.M)
_NOT_WRITTEN = "nothing was written"


def new_runbook_command(slug: str, library: Path | None) -> int:
    """Write a runbook to begin with, and say how to check it."""
    _check_slug(slug)
    file = _home(library) / RUNBOOKS / f"{slug}.md"
    if file.exists() or (file.parent / slug).exists():
        raise UsageError(f"{file} is there already", _NOT_WRITTEN, "choose another name")
    _write({file: _template("runbook.md", slug)})
    console.result(str(file))
    console.say(f"next: edit it, then runbook lint {file}")
    return ExitCode.HEALTHY


def new_key_command(slug: str, library: Path | None) -> int:
    """Write a KEY to begin with: contract, notebook, its pair, README and a sample."""
    slug = slug.removeprefix(NOTEBOOK_PREFIX)
    _check_slug(slug)
    folder = _home(library) / KEYS / slug
    if folder.exists():
        raise UsageError(f"{folder} is there already", _NOT_WRITTEN, "choose another name")
    percent = _template("key.py.template", slug)
    _write(
        {
            folder / f"{slug}.py": percent,
            folder / f"{slug}.ipynb": notebook(percent),
            folder / "README.md": _template("key-readme.md", slug),
            folder / "samples" / "records.csv": _template("records.csv", slug),
            folder / "samples" / "records.expected.json": _template("records.expected.json", slug),
            folder / "key.json": _template("key.json", slug),
        }
    )
    console.result(str(folder))
    console.say(f"next: name `{NOTEBOOK_PREFIX}{slug}` in a step of a runbook, then runbook lint")
    return ExitCode.HEALTHY


def notebook(percent: str) -> str:
    """The notebook that a py:percent text pairs with, without outputs."""
    starts = list(_CELL.finditer(percent))
    ends = [start.start() for start in starts[1:]] + [len(percent)]
    cells = [
        _cell(start[1].strip(), percent[start.end() : end].strip("\n"))
        for start, end in zip(starts, ends, strict=True)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"jupytext": {"formats": "ipynb,py:percent"}, "kernelspec": kernel}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(marks: str, text: str) -> dict[str, Any]:
    name = sha256(text.encode()).hexdigest()[:8]
    if marks == "[markdown]":
        text = re.sub(r"(?m)^# ?", "", text)
        source = text.splitlines(keepends=True)
        return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"tags": ["parameters"]} if "parameters" in marks else {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def _check_slug(slug: str) -> None:
    if not KeyName.is_well_formed(NOTEBOOK_PREFIX + slug):
        raise UsageError(
            f"{safe_line(slug)!r} is no name for it",
            _NOT_WRITTEN,
            "lower-case words joined by dashes, such as queue-backlog",
        )


def _home(library: Path | None) -> Path:
    """Where new ones go: the given folder, the library around the working folder, or that."""
    if library is not None:
        return library
    here = Path.cwd()
    around = (f for f in (here, *here.parents) if (f / KEYS).is_dir() or (f / RUNBOOKS).is_dir())
    return next(around, here)


def _template(name: str, slug: str) -> str:
    text = (resources("runner.cli") / "templates" / name).read_text(encoding="utf-8")
    words = slug.replace("-", " ")
    title = words[0].upper() + words[1:]
    table = slug.replace("-", "_")
    return text.replace("@slug@", slug).replace("@title@", title).replace("@table@", table)


def _write(texts: dict[Path, str]) -> None:
    """Write new files, none over one that is there."""
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
