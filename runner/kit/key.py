# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""The open KEY: what a notebook loads into, asks, and publishes from."""

import json
import os
import shutil
import tempfile
import weakref
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.kit import vega
from runner.kit.analyses import Analyses
from runner.kit.charts import ChartSpec
from runner.kit.display import cell_text, show, show_rows, show_scrap
from runner.kit.engine import connect
from runner.kit.findings import NOTHING, Finding, rows_of
from runner.kit.library import find_contract
from runner.kit.loading import LoadedTable, Wanted, load_table
from runner.kit.moments import moment, zone_of
from runner.kit.output_folder import RESULT_FILE, OutputFolder
from runner.kit.publishing import published, spec_of
from runner.kit.quoting import identifier, literal
from runner.kit.readable_file import SourceFile
from runner.kit.refusal import InputRefused, KitMisuse
from runner.kit.rows import are_many, forget, keeps_types, making
from runner.kit.tables import publish_table
from runner.model.column_mapping import column_pairs, mapped, unknown_column
from runner.model.contract import DeclaredInput, KeyContract
from runner.model.result_file import InputRows, PublishedResult, encode_result
from runner.model.results import OutputValue
from runner.model.values import Chart, OutputType, Undefined, Value

if TYPE_CHECKING:
    from runner.kit.invariants import Judged

SECRETS_DIR = "RUNBOOK_SECRETS_DIR"


def open_key(name: str, columns: str = "") -> "Key":
    """Open the KEY called `name`, such as `jupyter-webhook-event-analysis`, by its key.json.

    `columns` says which column of a file is which of key.json, where its name is none of those that
    key.json has for it: `endpoint=route, status=code`, or `stripe.status=state` for one input.
    Raises KitMisuse for a column that no input has.
    """
    contract, folder = find_contract(name)
    try:
        pairs = column_pairs(columns)
    except ValueError as error:
        raise KitMisuse(f"columns: {error}") from None
    if wrong := unknown_column(pairs, contract.inputs):
        raise KitMisuse(f"columns: {wrong}")
    inputs = tuple(mapped(declared, pairs) for declared in contract.inputs)
    contract = KeyContract(**{**vars(contract), "inputs": inputs})
    return Key(contract, folder, OutputFolder.of_environment())


class Key(Analyses):
    """A KEY while its notebook runs. Every publish rewrites the whole result file.

    Without $RUNBOOK_OUTPUT_DIR nothing is written; values, tables and charts are only shown.
    """

    def __init__(self, contract: KeyContract, folder: Path, output: OutputFolder) -> None:
        self.contract, self.folder, self.output = contract, folder, output
        self._values: dict[str, Value] = {}
        self._inputs: dict[str, LoadedTable] = {}
        self._files: dict[str, str] = {}
        self._bounds: dict[str, tuple[datetime | None, datetime | None]] = {}
        self._warnings: dict[str, None] = {}
        self._has_many = False
        self._scratch = Path(tempfile.mkdtemp(prefix="runbook-kit-"))
        weakref.finalize(self, shutil.rmtree, self._scratch, True)

    @cached_property
    def connection(self) -> Any:
        """The DuckDB connection that holds the loaded inputs; its time zone is UTC."""
        return connect(self._scratch, self.contract.limits.memory_bytes // 2)

    def load(
        self,
        name: str,
        path: str | Path,
        *,
        timezone: str = "UTC",
        between: tuple[Any, Any] = (None, None),
        year: int | None = None,
        time: str = "",
    ) -> LoadedTable:
        """Load a declared input as the table of its name, typed and in UTC.

        `timezone` is for times without an offset. `between` keeps the records from its first time
        up to, and without, its second; either may be None. `year` is that of the first record, for
        formats that write none. `time` names the column of times in a table of any columns.
        Raises InputRefused.
        """
        declared = self._declared(name)
        zone_of(timezone)
        start, end = (moment(bound, timezone) for bound in between)
        loaded = self._load(Wanted(declared, timezone, year, time), path)
        self._inputs[name], self._files[name] = loaded, str(path)
        for warning in loaded.warnings:
            self.warn(warning)
        self._expose(loaded.declared, start, end)
        return loaded

    def secret(self, name: str) -> str:
        """A declared secret that the runner was given, read from its file. Raises KitMisuse."""
        if name not in (declared.name for declared in self.contract.secrets):
            raise KitMisuse(f"`{name}` is no secret that key.json declares")
        folder = os.environ.get(SECRETS_DIR)
        try:
            return (Path(folder or "") / name).read_bytes().decode("utf-8", "surrogateescape")
        except OSError:
            raise KitMisuse(f"the secret `{name}` was not given: --secret {name}=@FILE") from None

    def sql(self, query: str, **parameters: Any) -> Any:
        """The DuckDB relation of a SELECT; `$name` in it stands for the parameter `name`."""
        return self.connection.sql(query, params=parameters or None)

    def view(self, name: str, query: str, *, once: bool = False) -> None:
        """Name a SELECT, so that later ones read from it. An input's name cannot be taken.

        `once` makes its rows now, in their order, instead of each time that they are asked for.
        """
        if self.contract.input(name):
            raise KitMisuse(f"`{name}` is the name of an input")
        forget(self.connection, name, self._scratch)
        statement = f"create temp view {identifier(name)} as {query}"
        if once:
            is_file = self._has_many and keeps_types(self.connection, query)
            statement = making(name, query, self._scratch if is_file else None)
        self.connection.execute(statement)

    def split(self, source: str, at: datetime | None, name: str, flag: str) -> None:
        """Make the view `name`: `source` with the `flag` that a record is of `at` or later.

        Without a time, a null. A time without an offset is UTC.
        """
        bound = _sql(at.replace(tzinfo=at.tzinfo or UTC)) if at else "null::timestamp"
        self.view(name, f"select *, timestamp >= {bound} as {identifier(flag)} from {source}")

    def rows(self, query: Any, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT or of a relation, each by column name."""
        if not isinstance(query, str):
            return [dict(zip(query.columns, row, strict=True)) for row in query.fetchall()]
        found = self.connection.execute(query, parameters or None)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def row(self, query: str, **parameters: Any) -> dict[str, Any]:
        """The only row of a SELECT by column name. Raises KitMisuse for none or several."""
        rows = self.rows(query, **parameters)
        if len(rows) != 1:
            raise KitMisuse(f"{'several rows' if rows else 'no row'} where one is wanted: {query}")
        return rows[0]

    def judge(self, source: str, invariants: str) -> "tuple[Judged, ...]":
        """Try invariants, `name: SQL condition` one a line, on every row of a table or view.

        Afterwards `invariant_results` and `violations` can be asked, and no further file be read:
        a condition reads what is loaded, and nothing else. Raises KitMisuse for a broken one.
        """
        from runner.kit.engine import shut_off
        from runner.kit.invariants import invariants_of, judge

        wanted = invariants_of(invariants)
        shut_off(self.connection, (self._scratch, self.output.root))
        return judge(self.connection, source, wanted)

    def need(self, name: str, *columns: str, hint: str = "") -> None:
        """Refuse a loaded input that has none of these optional columns. Raises InputRefused."""
        loaded = self._inputs[name]
        if not any(loaded.has(column) for column in columns):
            found = ", ".join(f"`{column}`" for _, column in loaded.columns)
            happened = f"it has none of {', '.join(columns)}; columns that are known: {found}"
            raise InputRefused(name, self._files[name], happened, hint)

    def publish(self, **values: Any) -> None:
        """Publish outputs by name, checked against key.json. None is undefined where allowed.

        Publishing a name again replaces its value, as when a cell is run again.
        """
        made = {}
        for name, given in values.items():
            spec = spec_of(self.contract, name)
            if spec.type in (OutputType.TABLE, OutputType.CHART):
                raise KitMisuse(f"output `{name}` is published by key.{spec.type.value}(…)")
            made[name] = published(spec, given)
        self._keep(made)
        shown = [(self._label(name), _shown(value)) for name, value in made.items()]
        show_rows(("output", "value"), shown, self.contract.title)

    def table(self, name: str, given: Any) -> None:
        """Publish a table from a relation or a list of mappings. Order the rows yourself."""
        spec_of(self.contract, name, OutputType.TABLE)
        table = publish_table(name, given, self.connection, self.output)
        self._keep({name: table})
        more = f" (first {len(table.rows)} of {table.row_count:,})"
        caption = self._label(name) + (more if table.row_count > len(table.rows) else "")
        show_rows(table.columns, table.rows, caption)

    def tables(self, **selects: str) -> None:
        """Publish a table for each SELECT, under the name that it is given."""
        for name, select in selects.items():
            self.table(name, self.sql(select))

    def chart(self, name: str, spec: ChartSpec, caption: str) -> None:
        """Publish a chart as SVG beside its Vega-Lite JSON. `caption` says what it shows."""
        spec_of(self.contract, name, OutputType.CHART)
        chart = Chart(f"charts/{name}.svg", caption)
        self.output.write(chart.file, spec.svg)
        self.output.write(f"charts/{name}.vl.json", spec.vega_lite)
        self._keep({name: chart})
        pictures = {"image/svg+xml": spec.svg, vega.MIME: json.loads(spec.vega_lite)}
        show({**pictures, "text/plain": caption})

    def findings(self, *found: Finding | None) -> None:
        """Publish the table `findings`: what, since when, how bad, what to look at next.

        None is a finding that there is not, so that each can be written as `(…) if bad else None`.
        """
        self.table("findings", rows_of(found) or self.sql(NOTHING))

    def warn(self, text: str) -> None:
        """Add a warning to the result; it changes no verdict and is shown with the outputs."""
        self._warnings[text] = None

    def warn_of(self, source: str, where: str, column: str, what: str) -> None:
        """Warn where rows of `source` are so: how many, `what` they are, and the words of theirs.

        `where` is an SQL condition; the words are the different values of `column`.
        """
        found = self.row(
            f"select count(*) as n, string_agg(distinct {identifier(column)}, ', ' order by "
            f"{identifier(column)}) as words from {identifier(source)} where {where}"
        )
        if found["n"]:
            self.warn(f"{found['n']:,} {what}: {found['words']:.200}")

    def data_window(self, data_from: Any, data_to: Any) -> None:
        """State the bounds of the data looked at, where no loaded input has a timestamp."""
        self._bounds[""] = (moment(data_from), moment(data_to))

    def _keep(self, values: dict[str, Value]) -> None:
        self._values.update(values)
        for name, value in values.items():
            show_scrap(OutputValue(name, value))
        self.output.write(RESULT_FILE, encode_result(self.contract.key.text, self._result()))

    def _result(self) -> PublishedResult:
        starts = [start for start, _ in self._bounds.values() if start]
        ends = [end for _, end in self._bounds.values() if end]
        return PublishedResult(
            outputs=tuple(OutputValue(name, value) for name, value in self._values.items()),
            data_from=min(starts, default=None),
            data_to=max(ends, default=None),
            warnings=tuple(self._warnings),
            inputs=tuple(
                InputRows(loaded.name, loaded.rows_read, loaded.rows_bad)
                for loaded in self._inputs.values()
            ),
        )

    def _load(self, wanted: Wanted, path: str | Path) -> LoadedTable:
        """Load it, or the table that was kept of it, and leave no unpacked copy behind."""
        limit, name = self.contract.limits.file_bytes, wanted.declared.name
        source = SourceFile(name, self._found(path), self._scratch, limit)
        self._has_many |= are_many(source.path)
        if "RUNBOOK_KEPT_TABLES" not in os.environ:
            return self._parsed(wanted, source)
        from runner.kit.kept_tables import keep, loaded_before

        before = loaded_before(wanted, source.path, self._scratch, self.connection)
        if before is not None:
            return before
        loaded = self._parsed(wanted, source)
        keep(loaded, wanted, source.path, self.connection, self.output)
        return loaded

    def _parsed(self, wanted: Wanted, source: SourceFile) -> LoadedTable:
        try:
            return load_table(wanted, source, self.connection)
        finally:
            for copy in self._scratch.glob(f"{source.name}.*"):
                copy.unlink()

    def _declared(self, name: str) -> DeclaredInput:
        declared = self.contract.input(name)
        if declared is None:
            known = ", ".join(spec.name for spec in self.contract.inputs)
            raise KitMisuse(f"`{name}` is not an input in key.json; inputs: {known}")
        return declared

    def _found(self, path: str | Path) -> Path:
        """A relative path is of the working folder, else of the KEY's own folder (its samples)."""
        own = self.folder / path
        return own if not Path(path).exists() and own.exists() else Path(path)

    def _expose(
        self, declared: DeclaredInput, start: datetime | None, end: datetime | None
    ) -> None:
        """The view of good records within the window, and the bounds of its first timestamp."""
        columns = declared.columns
        time = next((column.name for column in columns if column.type == "timestamp"), None)
        if time is None and (start or end):
            raise KitMisuse(f"input `{declared.name}` has no timestamp to be between")
        names = [identifier(column.name) for column in columns] or ["line", "rowid + 1 as record"]
        wanted = ["kit_fault is null"]
        wanted += [f"{identifier(time or '')} >= {_sql(start)}"] if start else []
        wanted += [f"{identifier(time or '')} < {_sql(end)}"] if end else []
        view = identifier(declared.name)
        self.connection.execute(
            f"create or replace temp view {view} as select {', '.join(names)} "
            f"from {identifier(f'kit_loaded_{declared.name}')} where {' and '.join(wanted)}"
        )
        if time:
            bounds = f"select min({identifier(time)}), max({identifier(time)}) from {view}"
            [(first, last)] = self.connection.execute(bounds).fetchall()
            self._bounds[declared.name] = (_utc(first), _utc(last))

    def _label(self, name: str) -> str:
        return spec_of(self.contract, name).label


def _utc(stamp: datetime | None) -> datetime | None:
    return stamp.replace(tzinfo=UTC) if stamp else None


def _sql(bound: datetime) -> str:
    return f"timestamp {literal(bound.astimezone(UTC).replace(tzinfo=None).isoformat(' '))}"


def _shown(value: Value) -> str:
    return f"undefined: {value.why}" if isinstance(value, Undefined) else cell_text(value)
