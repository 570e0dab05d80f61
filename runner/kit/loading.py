# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""A file becomes one typed table in UTC, with every record accounted for."""

from collections.abc import Iterator
from typing import Any

from runner.kit import rows
from runner.kit.any_columns import with_found_columns
from runner.kit.engine import use_cores_for
from runner.kit.formats import delimited
from runner.kit.formats.catalog import labels, recognise
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.places import lines_of
from runner.kit.quoting import identifier
from runner.kit.readable_file import HEAD_BYTES, PlainFile, SourceFile, plain_file
from runner.kit.records import RawRecords, Unread
from runner.kit.typed_rows import Cell, select_typed
from runner.model.contract import ColumnSpec, DeclaredInput, match_columns
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line

PAGE_SIZES = (100, 1_000, 10_000)
BAD_RECORDS_SHOWN = 5


@frozen
class BadRecord:
    """A record that is not in the table: its number from 1, header aside, and what is wrong.

    `line` is the line of the file on which it begins, where the format tells.
    """

    record: int
    why: str
    line: int | None = None

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return f"record {self.record}{line}: {self.why}"


@frozen
class Wanted:
    """What to load: the declared input, the zone of times without an offset, and the year of
    times without one, where somebody said which.

    `time` names the column that holds the times of a table whose columns are not declared."""

    declared: DeclaredInput
    zone: str = "UTC"
    year: int | None = None
    time: str = ""


@frozen
class LoadedTable:
    """What came of loading: `rows_read + rows_bad` is the number of records in the file.

    `columns` says which column of the file each column of the table came from, `format` how the
    file was written, `declared` what was loaded, with the found columns where none are declared.
    """

    name: str
    format: str
    declared: DeclaredInput
    rows_read: int
    rows_bad: int
    columns: tuple[tuple[str, str], ...]
    bad_records: tuple[BadRecord, ...] = ()
    warnings: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Whether the file has that column of the contract."""
        return any(name == column for name, _ in self.columns)

    def __str__(self) -> str:
        bad = [f"  {bad}" for bad in self.bad_records]
        head = f"{self.name}: {self.rows_read:,} records read, {self.rows_bad:,} bad"
        head += f" ({self.format})"
        return "\n".join([head, *bad, *(f"  warning: {text}" for text in self.warnings)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What a notebook shows where this is the value of a cell."""
        printer.text(str(self))


def load_table(wanted: Wanted, source: SourceFile, con: Any) -> LoadedTable:
    """Load the file as the table `kit_loaded_<input>` with the columns of the contract.

    The column `kit_fault` is null for good records. Raises InputRefused.
    """
    file = plain_file(source, con)
    use_cores_for(file.path.stat().st_size, con)
    form = _format_of(source, wanted.declared, file)

    target = f"kit_loaded_{wanted.declared.name}"

    def typing(raw: RawRecords, query: str) -> str:
        declared, raw, _ = _matched(wanted, source, raw)
        select = _select(declared, raw, query, wanted.zone)
        rows.forget(con, target, source.scratch)
        is_file = rows.go_to_file(file.path, wanted.declared, declared)
        return rows.making(target, select, source.scratch if is_file else None, numbered=True)

    reading = Reading(source, file.path, wanted.declared, con, wanted.year, wanted.zone, typing)
    raw = form.read(reading)
    if not raw.is_loaded:
        con.execute(typing(raw, "from kit_raw"))
        con.execute("drop table kit_raw")
    declared, raw, matched = _matched(wanted, source, raw)
    loaded = _with_lines(_counted(declared, raw, matched, form.label, con), file, raw)
    _refuse_too_little(source, declared, loaded)
    return loaded


def _matched(
    wanted: Wanted, source: SourceFile, raw: RawRecords
) -> tuple[DeclaredInput, RawRecords, dict[str, str]]:
    """The input with the columns that were found, and which of the file's each of them is."""
    declared = wanted.declared
    source.refuse_wrong_shape(declared, tuple(raw.names.values()))
    if declared.has_any_columns:
        raw, declared = with_found_columns(source, raw, declared, wanted.time)
    return declared, raw, match_columns(declared.columns, tuple(raw.names.values()))[0]


def _format_of(source: SourceFile, declared: DeclaredInput, file: PlainFile) -> Format:
    head = Head.of(file.head, len(file.head) < HEAD_BYTES)
    form = recognise(head, declared)
    if form is None and "csv" in declared.formats:
        return delimited.FORMAT
    if form is None or form.name not in declared.formats:
        found = form.label if form else f"not recognised; it begins `{safe_line(head.text):.60}`"
        raise source.refused(f"it is {found}, and this input is {labels(declared)}")
    return form


def _select(declared: DeclaredInput, raw: RawRecords, query: str, zone: str) -> str:
    """The SELECT of the typed records; the order of the file is kept."""
    place_of = {name: place for place, name in raw.names.items()}
    columns = declared.columns or (ColumnSpec("line", "text"),)
    matched, _, _ = match_columns(columns, tuple(raw.names.values()))
    places = [place_of.get(matched.get(column.name, ""), "") for column in columns]
    types = dict(raw.typed)
    cells = tuple(Cell(one, at, types.get(at, "")) for one, at in zip(columns, places, strict=True))
    return select_typed(cells, zone, query, raw.has_blanks)


def _counted(
    declared: DeclaredInput, raw: RawRecords, matched: dict[str, str], form: str, con: Any
) -> LoadedTable:
    target = identifier(f"kit_loaded_{declared.name}")
    total, good = con.execute(
        f"select count(*), count(*) filter (kit_fault is null) from {target}"
    ).fetchall()[0]
    bad = total - good + raw.unread_count
    return LoadedTable(
        name=declared.name,
        format=form,
        declared=declared,
        rows_read=good,
        rows_bad=bad,
        columns=tuple(matched.items()),
        bad_records=_first_bad(declared, raw, con),
        warnings=(*raw.warnings, *_warnings(declared.name, good, bad, con)),
    )


def _warnings(name: str, good: int, bad: int, con: Any) -> Iterator[str]:
    if bad:
        yield f"{name}: {bad:,} of {good + bad:,} records are bad and left out"
    lossy, first = con.execute(
        f"select count(*), first(kit_lost) from {identifier(f'kit_loaded_{name}')} "
        "where kit_fault is null and kit_lost is not null"
    ).fetchall()[0]
    if lossy:
        yield f"{name}: {lossy:,} records lost an optional value, as {safe_line(first)}"
    if good + bad in PAGE_SIZES:
        yield f"{name}: exactly {good + bad:,} records; the export may be cut off"


def _first_bad(declared: DeclaredInput, raw: RawRecords, con: Any) -> tuple[BadRecord, ...]:
    """The first bad records by their place in the file; unread ones shift those after them."""
    target = identifier(f"kit_loaded_{declared.name}")
    place = "row_number() over () - 1" if rows.hide_places(declared) else "rowid"
    faulty = con.execute(
        f"select place, kit_fault from (select {place} as place, kit_fault from {target}) "
        f"where kit_fault is not null order by place limit {BAD_RECORDS_SHOWN}"
    ).fetchall()
    found = [BadRecord(one.record, _said(one)) for one in raw.unread[:BAD_RECORDS_SHOWN]]
    for row, why in faulty:
        record = row + 1
        for one in raw.unread:
            if one.record > record:
                break
            record += 1
        found.append(BadRecord(record, safe_line(why)))
    return tuple(sorted(found, key=lambda bad: bad.record)[:BAD_RECORDS_SHOWN])


def _with_lines(loaded: LoadedTable, file: PlainFile, raw: RawRecords) -> LoadedTable:
    """The same, with the line of each bad record that is shown."""
    if not loaded.bad_records or raw.layout is None:
        return loaded
    places = lines_of(file.path, raw.layout, [bad.record for bad in loaded.bad_records])
    bad = (BadRecord(bad.record, bad.why, places.get(bad.record)) for bad in loaded.bad_records)
    return LoadedTable(**{**vars(loaded), "bad_records": tuple(bad)})


def _said(one: Unread) -> str:
    text = safe_line(one.text)
    return f"{one.said}: {text:.80}" if text else one.said


def _refuse_too_little(source: SourceFile, declared: DeclaredInput, loaded: LoadedTable) -> None:
    total = loaded.rows_read + loaded.rows_bad
    shown = "".join(f"\n  {bad}" for bad in loaded.bad_records)
    if loaded.rows_bad * 2 > total or (total >= 100 and loaded.rows_bad * 10 > total):
        happened = f"{loaded.rows_bad:,} of its {total:,} records are bad, too many{shown}"
        raise source.refused(happened, "mend the export; a result from the rest would mislead")
    if loaded.rows_read < declared.min_rows:
        happened = f"it has {loaded.rows_read:,} records, and {declared.min_rows:,} are needed"
        raise source.refused(happened + shown, "export a longer time")
