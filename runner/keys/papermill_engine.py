"""Executing a notebook through papermill, on a kernel of ours, with a truthful record of its cells.

The only module that imports papermill, nbclient, nbformat and jupyter_client. Importing it takes
some 200 ms, so it is imported while a kernel boots.
"""

import asyncio
import importlib
import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime
from types import ModuleType
from typing import Any

from runner.keys.attempt import Attempt, CellFailed, KernelDied
from runner.keys.injected import plain_values, python_literal
from runner.keys.notebook_source import KERNEL

_ABSENT = ("boto3", "gcsfs", "azure", "github", "pyarrow", "black")
"""What papermill would use for remote notebooks and for formatting parameters, if installed."""


def _import_papermill() -> Any:
    """Import papermill without what a KEY never needs, and without other people's plug-ins.

    - papermill loads every engine and handler that any installed package registers: foreign code.
    - It imports `requests` and the clients of five clouds, for notebooks behind URLs.
    - nbformat compares each notebook with its JSON schema four times and only logs the result;
      what has to hold is checked in notebook_source.py. In this process it never finds a fault.

    - `tenacity` retries downloads, `dateutil` reads times that are ISO 8601 here, `yaml` reads
      files of parameters, `click` prints what papermill's own command says.

    Their names stand for something small meanwhile and are importable again after it. 115 ms.
    Should a later release need one of them after all, everything is imported as it is.
    """
    before = set(sys.modules)
    if "papermill" in before:  # it imported us, for its --engine
        return importlib.import_module("papermill")
    stand_ins = {name: module for name, module in _stand_ins().items() if name not in before}
    sys.modules.update(stand_ins)  # type: ignore[arg-type]
    try:
        return importlib.import_module("papermill")
    except (ImportError, AttributeError):
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in ("papermill", "nbclient", "nbformat"):
                del sys.modules[name]
    finally:
        for name in stand_ins:
            sys.modules.pop(name, None)
    return importlib.import_module("papermill")


def _stand_ins() -> dict[str, ModuleType | None]:
    made: dict[str, Any] = {name: ModuleType(name) for name in _STOOD_IN_FOR}
    made["entrypoints"].get_group_all = lambda group: []
    made["fastjsonschema"].compile = lambda schema, **options: lambda notebook: notebook
    made["fastjsonschema"].JsonSchemaException = ValueError
    made["jsonschema"].Draft4Validator = _Contented
    made["jsonschema.exceptions"].ErrorTree = object
    made["jsonschema.exceptions"].ValidationError = type("ValidationError", (ValueError,), {})
    made["yaml"].SafeLoader = type("SafeLoader", (), {"yaml_implicit_resolvers": {}})
    made["tenacity"].retry = lambda **when: lambda function: function
    for name in ("retry_if_exception_type", "stop_after_attempt", "wait_exponential"):
        setattr(made["tenacity"], name, lambda *given, **named: None)
    made["dateutil"].parser, made["dateutil"].tz = made["dateutil.parser"], made["dateutil.tz"]
    made["dateutil.parser"].parse = made["dateutil.parser"].isoparse = datetime.fromisoformat
    made["dateutil.tz"].tzlocal = lambda: datetime.now().astimezone().tzinfo
    return {**made, **dict.fromkeys(_ABSENT)}


class _Contented:
    """A validator that has nothing to say about any notebook."""

    def __init__(self, schema: object):
        self.schema = schema

    def iter_errors(self, *notebook: object) -> Iterator[Exception]:
        """No faults."""
        return iter(())


_STOOD_IN_FOR = (
    "entrypoints", "requests", "fastjsonschema", "jsonschema", "jsonschema.exceptions", "tenacity",
    "dateutil", "dateutil.parser", "dateutil.tz", "yaml", "click",
)  # fmt: skip

papermill = _import_papermill()
nbformat: Any = importlib.import_module("nbformat")

from nbclient.exceptions import CellExecutionComplete  # noqa: E402
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.engines import (  # noqa: E402
    NBClientEngine,
    NotebookExecutionManager,
    papermill_engines,
)
from papermill.translators import PythonTranslator, papermill_translators  # noqa: E402

from runner.keys.kernel_client import KernelClient, new_client  # noqa: E402

_ENGINE = "runbook-attempt"
_FORMAT = 4
_TOLERANT_TAG = "raises-exception"
_DISPLAYS = ("stream", "display_data", "execute_result", "update_display_data", "error")

_SILENT = logging.Logger("silent", logging.CRITICAL + 1)
"""nbclient writes to its log what we return as a failure."""

Notebook = Any
"""An nbformat NotebookNode."""


def notebook_of(tree: dict[str, Any]) -> Notebook:
    """The notebook object that papermill is given, without traces of earlier executions."""
    if tree["nbformat"] < _FORMAT:
        notebook = nbformat.from_dict(nbformat.reads(json.dumps(tree), as_version=_FORMAT))
    else:
        notebook = nbformat.from_dict({"nbformat_minor": 0, **tree})
    notebook.metadata.pop("papermill", None)
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        cell.setdefault("metadata", nbformat.NotebookNode()).pop("papermill", None)
        if notebook.get("nbformat_minor", 0) >= 5 and cell.get("id", "") in ("", *seen):
            cell["id"] = f"cell-{index}"
        seen.add(cell.get("id", ""))
    return notebook


def execute_notebook(notebook: Notebook, parameters: dict[str, Any], attempt: Attempt) -> None:
    """Execute on the kernel of `attempt`, which also gets the executed notebook.

    Raises CellFailed, KernelDied, and what nbclient raises.
    """
    papermill_translators.register("python", ExactTranslator)
    papermill.execute_notebook(
        notebook,
        None,
        parameters,
        engine_name=_ENGINE,
        kernel_name=attempt.kernel_name,
        language=attempt.language,
        progress_bar=False,
        request_save_on_cell_execute=False,
        attempt=attempt,
    )


def rehearse() -> None:
    """Do what is slow the first time in a process, for one that waits for its notebook."""
    cell = {
        "cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "n = 0", "outputs": []
    }  # fmt: skip
    metadata = {"kernelspec": {"name": KERNEL, "language": "python"}}
    tree = {"nbformat": _FORMAT, "nbformat_minor": 4, "metadata": metadata, "cells": [cell]}
    papermill_translators.register("python", ExactTranslator)
    notebook = papermill.execute_notebook(
        notebook_of(tree), None, {"n": 1}, prepare_only=True, progress_bar=False
    )
    record = NotebookExecutionManager(notebook, progress_bar=False)
    PapermillNotebookClient(record, kernel_name=KERNEL, log=_SILENT)
    new_client(is_ours=True)
    asyncio.new_event_loop().close()


class AttemptEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine on a kernel of ours, without claims about cells that never ran."""

    @classmethod
    def execute_notebook(
        cls, nb: Notebook, kernel_name: str, *, attempt: Attempt, **_: Any
    ) -> Notebook:
        """Execute the parameterised notebook; the attempt holds it from here on."""
        record = NotebookExecutionManager(nb, progress_bar=False, autosave_cell_every=0)
        record.notebook_start()
        noted = nb.metadata.papermill
        noted["input_path"] = attempt.notebook_name
        if "parameters" in noted:
            noted["parameters"] = plain_values(noted["parameters"])
        attempt.begin(nb)
        KernelBoundClient(record, attempt).execute()
        return nb


class ExactTranslator(PythonTranslator):  # type: ignore[misc]
    """papermill's writer of Python values, which makes text of dates, paths and exact numbers."""

    @classmethod
    def translate(cls, val: Any) -> str:
        """The expression that stands for `val` in the injected cell."""
        text: str = python_literal(val) or super().translate(val)
        return text


papermill_engines.register(_ENGINE, AttemptEngine)


class KernelBoundClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client on the kernel of an attempt; cells, messages and the end are ours to note.

    What an error means is papermill's: `sys.exit(0)` ends the notebook well; after an error in a
    cell tagged `raises-exception` the next cells run and the notebook has failed all the same; any
    other error ends it.
    """

    def __init__(self, record: NotebookExecutionManager, attempt: Attempt, **options: Any):
        defaults = {"log": _SILENT, "iopub_timeout": 2 * attempt.limits.wall_seconds + 10}
        super().__init__(record, kernel_name=KERNEL, **{**defaults, **options})
        self._attempt = attempt
        self._tolerated: CellFailed | None = None
        self._streams: dict[int, list[tuple[Notebook, list[str]]]] = {}
        self._asked: dict[str, int] = {}

    def execute(self, **kwargs: Any) -> Notebook:
        """Execute all cells on a loop of our own, so that several threads can do this at once."""
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self._execute_cells())
        finally:
            _close(loop)
        return self.nb

    def process_message(self, msg: dict[str, Any], cell: Notebook, cell_index: int) -> Any:
        """Count what a cell shows, widgets included, and drop what is beyond the budget."""
        kind = msg["msg_type"]
        counted = kind in _DISPLAYS or kind.startswith("comm")
        if kind == "stream":
            self._attempt.show(msg["content"]["text"])
        if counted and not self._attempt.budget.admit(cell_index, kind, msg["content"]):
            return None
        shown = super().process_message(msg, cell, cell_index)
        if kind == "stream" and shown is None and self._is_logged:
            self.log_output_message(nbformat.from_dict({"output_type": kind, **msg["content"]}))
        return shown

    @property
    def _is_logged(self) -> bool:
        """Whether papermill's caller wants to read along."""
        return bool(self.log_output or self.stdout_file or self.stderr_file)

    def output(
        self, outs: list[Notebook], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> Any:
        """Join the pieces of one stream, as notebook editors do; nothing is altered."""
        streams = self._streams.setdefault(cell_index, [])
        goes_on = streams and outs and not self.clear_before_next_output
        hooked = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if goes_on and not hooked and msg["msg_type"] == "stream":
            last, pieces = streams[-1]
            if outs[-1] is last and last["name"] == msg["content"]["name"]:
                pieces.append(msg["content"]["text"])
                return None
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and out["output_type"] == "stream":
            streams.append((out, [out["text"]]))
        return out

    async def _execute_cells(self) -> None:
        async with KernelClient(
            self._attempt.kernel, self._attempt.boot_seconds, self._attempt.is_ours
        ) as client:
            self.kc = client.connection
            self.nb.metadata["language_info"] = client.language_info
            await client.set_environment(self._attempt.environment, self._attempt.working_folder)
            if not self._attempt.kernel.limit(self._attempt.limits):
                raise KernelDied("the kernel ended before the first cell")
            try:
                await self._execute_in_turn()
            finally:
                await self._hear_last_words(client)
                self._settle_outputs()
        self.set_widgets_metadata()
        if self._tolerated is not None:
            raise self._tolerated

    async def _execute_in_turn(self) -> None:
        for index, cell in enumerate(self.nb.cells):
            if self._attempt.start_cell(index) and not await self._execute_one(cell, index):
                return

    async def _execute_one(self, cell: Notebook, index: int) -> bool:
        """Execute a cell; whether the next one is to be executed."""
        self.nb_man.cell_start(cell, index)
        try:
            await self.async_execute_cell(cell, index)
        except CellFailed as failed:
            self.nb_man.cell_exception(cell, cell_index=index)
            return self._goes_on_after(failed, cell, index)
        finally:
            self._join_streams(index)
        self.nb_man.cell_complete(cell, cell_index=index)
        self._attempt.complete_cell(index)
        return True

    def _goes_on_after(self, failed: CellFailed, cell: Notebook, index: int) -> bool:
        """What an error means for the notebook. Raises it where it is the end."""
        tolerant = _TOLERANT_TAG in cell.metadata.get("tags", [])
        if failed.ename == "SystemExit" and failed.evalue in ("", "0"):
            self._attempt.complete_cell(index)
            return tolerant
        if not tolerant:
            raise failed
        self._attempt.fail_cell(index)
        self._tolerated = failed
        return True

    def _settle_outputs(self) -> None:
        """Put what came late and the marks of what was cut into the notebook."""
        for index in self._streams:
            self._join_streams(index)
        cut = self._attempt.budget.cut
        self._attempt.dropped = {index: tally.lost for index, tally in cut.items()}
        for index, tally in cut.items():
            mark = nbformat.v4.new_output("stream", name="stderr", text=tally.mark)
            end = nbformat.v4.new_output("stream", name="stdout", text=tally.end)
            self.nb.cells[index].outputs += [mark, end] if tally.end else [mark]

    def _join_streams(self, index: int) -> None:
        for out, pieces in self._streams.get(index, ()):
            pieces[:] = ["".join(pieces)]
            out["text"] = pieces[0]

    async def _hear_last_words(self, client: KernelClient) -> None:
        """Take what processes and threads of the cells have printed and nobody has read yet."""
        if self._attempt.kernel.end is not None or self._attempt.cut_short is not None:
            return
        async for message in client.last_words():
            self._take_late(message, max(self._asked.values(), default=None))

    def _take_late(self, message: dict[str, Any], of_unknown: int | None = None) -> None:
        """Give output to the cell that it is of, though that cell has ended."""
        index = self._asked.get(message["parent_header"].get("msg_id", ""), of_unknown)
        if index is not None and message["msg_type"] in _DISPLAYS:
            self.process_message(message, self.nb.cells[index], index)

    async def _async_poll_output_msg(
        self, parent_msg_id: str, cell: Notebook, cell_index: int
    ) -> None:
        """Take output until the cell is done, that of earlier cells too."""
        self._asked[parent_msg_id] = cell_index
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            if message["parent_header"].get("msg_id") != parent_msg_id:
                self._take_late(message)
                continue
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                return

    async def _async_poll_kernel_alive(self) -> None:
        """Notice the end of the kernel at once, after a moment for its last words."""
        while self._attempt.kernel.end is None:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()

    async def _check_raise_for_error(
        self, cell: Notebook, cell_index: int, exec_reply: dict[str, Any] | None
    ) -> None:
        content = exec_reply["content"] if exec_reply else {"status": "error"}
        if content["status"] != "ok":
            raise CellFailed(
                str(content.get("ename", content["status"])),
                str(content.get("evalue", "")),
                "\n".join(content.get("traceback", ())),
            )


def _close(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
