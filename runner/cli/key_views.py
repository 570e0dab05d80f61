"""`keys list` and `keys show`: what is known of KEYs without executing them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.cli import console
from runner.errors import ExitCode, NotFound
from runner.keys.catalog import InstalledKey, Library
from runner.keys.samples import sample_cases
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.identity import NOTEBOOK_PREFIX, KeyName
from runner.model.safe_text import safe_line


def find_key(library: Library, name: str) -> InstalledKey:
    """The KEY of that name, `jupyter-` left out or not. Raises NotFound with close names."""
    text = name if name.startswith(NOTEBOOK_PREFIX) else NOTEBOOK_PREFIX + name
    found = library.key(KeyName(text))
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(text, [one.text for one in library.key_names()], n=3)
        hint = f"did you mean {', '.join(close)}?" if close else "`runbook keys list` shows them"
        raise NotFound(f"there is no KEY {safe_line(text)}", "nothing was executed", hint)
    return found


def list_keys_command(as_json: bool, explicit: Path | None) -> int:
    """Print every KEY with its title and first question."""
    found = Library.find(explicit, Path.cwd(), os.environ).keys()
    if as_json:
        listed = [_summary(key) for key in found]
        console.result(json.dumps(listed, indent=2, ensure_ascii=False))
        return ExitCode.HEALTHY
    longest = max((len(key.contract.key.text) for key in found), default=0)
    for key in found:
        words = key.contract.description or key.contract.title
        console.result(f"{key.contract.key.text.ljust(longest)}  {safe_line(words)}")
    return ExitCode.HEALTHY


def show_key_command(name: str, as_json: bool, explicit: Path | None) -> int:
    """Print all that the contract of a KEY says, and its samples."""
    key = find_key(Library.find(explicit, Path.cwd(), os.environ), name)
    if as_json:
        contract = json.loads((key.folder / "key.json").read_text("utf-8"))
        shown = {**_summary(key), "contract": contract}
        console.result(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        console.result("\n".join(safe_line(line) for line in _lines(key)))
    return ExitCode.HEALTHY


def _summary(key: InstalledKey) -> dict[str, Any]:
    contract = key.contract
    return {
        "key": contract.key.text,
        "title": contract.title,
        "description": contract.description,
        "version": contract.version,
        "folder": str(key.folder),
        "questions": list(contract.questions),
        "samples": [case.name for case in sample_cases(key)],
    }


def _lines(key: InstalledKey) -> Iterator[str]:
    contract = key.contract
    yield f"{contract.key.text} {contract.version}: {contract.title}"
    yield f"  {contract.description}"
    yield from _titled("Answers", [(f"- {question}", "") for question in contract.questions])
    for declared in contract.inputs:
        yield from _input(declared)
    named = [(p.name, f"{p.type}, default {p.default}. {p.meaning}") for p in contract.parameters]
    yield from _titled("Parameters", named)
    yield from _titled("Outputs", [(spec.name, _output(spec)) for spec in contract.outputs])
    samples = [(case.name, ", ".join(path.name for _, path in case.inputs))
               for case in sample_cases(key)]  # fmt: skip
    yield from _titled("Samples", samples)
    yield ""
    yield f"Folder: {key.folder}"
    yield f"Try it: runbook keys run {contract.key.text} {_example(contract)}".rstrip()


def _titled(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield ""
        yield title
        longest = max(len(name) for name, _ in rows)
        for name, words in rows:
            yield f"  {name.ljust(longest)}  {words}".rstrip()


def _input(declared: DeclaredInput) -> Iterator[str]:
    needed = "" if declared.required else ", may be left out"
    title = f"Input {declared.name}: {declared.label}{needed} ({', '.join(declared.formats)})"
    rows = [
        (
            column.name,
            f"{column.type}{'' if column.required else ', may be absent'}"
            + (f"; also {', '.join(column.aliases[:5])}" if column.aliases else ""),
        )
        for column in declared.columns
    ]
    yield from _titled(title, rows or [("lines of text", "")])


def _output(spec: OutputSpec) -> str:
    unit = f" in {spec.unit}" if spec.unit else ""
    values = f" of {', '.join(spec.values)}" if spec.values else ""
    names = ", ".join(f"“{name}”" for name in (spec.label, *spec.aliases))
    return f"{spec.type.value}{unit}{values}; {names}"


def _example(contract: KeyContract) -> str:
    needed = [one.name for one in contract.inputs if one.required]
    return " ".join(f"-i {name}=FILE" for name in needed)
