"""Writes the lower part of each KEY's README: inputs, parameters, outputs and samples.

What stands above the line MARK is written by hand and kept; a README without it is left alone.
Run from the root of the repository, as a part of `make docs`.
"""

from collections.abc import Iterator
from pathlib import Path

from runner.keys.catalog import InstalledKey, Library
from runner.keys.samples import sample_cases
from runner.model.contract import DeclaredInput, OutputSpec

MARK = "<!-- from here on written from key.json by `make docs` -->"


def main() -> None:
    """Write those that are not in step."""
    library = Library((Path.cwd(),))
    for key in filter(None, map(library.key, library.key_names())):
        file = key.folder / "README.md"
        old = file.read_text("utf-8") if file.is_file() else ""
        if MARK in old and (new := readme(key, old)) != old:
            file.write_text(new, "utf-8")
            print(f"wrote {file}")


def readme(key: InstalledKey, old: str) -> str:
    """The README with its lower part as key.json has it."""
    return old.split(MARK)[0] + MARK + "\n\n" + "\n".join(_lower(key)) + "\n"


def _lower(key: InstalledKey) -> Iterator[str]:
    for declared in key.contract.inputs:
        yield from _input(declared)
    if key.contract.parameters:
        yield from _table("Parameters", ("name", "type", "default", "meaning"), [
            (f"`{p.name}`", p.type, "none" if p.default is None else f"`{p.default}`", p.meaning)
            for p in key.contract.parameters
        ])  # fmt: skip
    rows = [(f"`{o.name}`", _words(o), _type(o)) for o in key.contract.outputs]
    yield from _table("Outputs", ("name", "what conditions may call it", "type"), rows)
    files = [(case.name, ", ".join(f"`{path.name}`" for _, path in case.inputs))
             for case in sample_cases(key)]  # fmt: skip
    yield from _table("Samples", ("case", "files"), files)
    yield f"`runbook keys test {key.contract.key.slug}` executes it on them and compares."


def _input(declared: DeclaredInput) -> Iterator[str]:
    needed = "" if declared.required else " May be left out."
    yield from (f"## Input `{declared.name}`", "")
    row = f"One record is {declared.row_is}. " if declared.row_is else ""
    label = declared.label[0].upper() + declared.label[1:]
    yield f"{label}. {row}Formats: {', '.join(declared.formats)}.{needed}"
    yield ""
    if declared.columns:
        yield from _rows(("column", "type", "also found as"), [
            (
                f"`{column.name}`" + ("" if column.required else ", may be absent"),
                column.type,
                ", ".join(column.aliases),
            )
            for column in declared.columns
        ])  # fmt: skip


def _words(output: OutputSpec) -> str:
    return ", ".join((output.label, *output.aliases))


def _type(output: OutputSpec) -> str:
    unit = f" in {output.unit}" if output.unit else ""
    values = f" of {', '.join(output.values)}" if output.values else ""
    null = f"; undefined: {output.null_means}" if output.nullable else ""
    return f"{output.type.value}{unit}{values}{null}"


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield from _rows(head, rows)


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    main()
