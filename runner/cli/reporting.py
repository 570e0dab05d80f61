"""The HTML report of a run: from its record, with the files that it shows, and beside it."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runner.model.results import KeyResult
from runner.model.values import Chart

if TYPE_CHECKING:
    from runner.keys.papermill_executor import PapermillExecutor
    from runner.runs.recorded import RecordedRun


def html_of(recorded: "RecordedRun") -> str:
    """The report as one self-contained page. A chart whose file is gone is said to be gone."""
    from runner.report.html import report_html
    from runner.report.story import tell

    story = tell(recorded.program, recorded.entries)
    return report_html(recorded.program, story, chart_files(recorded), recorded.head)


def chart_files(recorded: "RecordedRun") -> dict[str, bytes]:
    """The bytes of every published chart that is in the run folder, by its relative name."""
    results = [r for r in recorded.state.ended.values() if isinstance(r, KeyResult)]
    charts = [o.value for r in results for o in r.outputs if isinstance(o.value, Chart)]
    found = {}
    for chart in charts:
        path = (recorded.folder / chart.file).resolve()
        if path.is_relative_to(recorded.folder.resolve()) and path.is_file():
            found[chart.file] = path.read_bytes()
    return found


def prepare_report(executor: "PapermillExecutor") -> None:
    """Make a first report as soon as a KEY is executed, beside it; it is not kept.

    What it imports, compiles and parses need not be waited for at the end.
    """

    def prepare() -> None:
        folder = executor.begun.get()
        from runner.report.html import compile_templates
        from runner.runs.recorded import read_run

        compile_templates()
        with suppress(Exception):  # said at the end, if it is still so
            html_of(read_run(folder))

    threading.Thread(target=prepare, daemon=True).start()


def write_report(folder: Path) -> None:
    """Put the report beside the evidence it tells, before that is sealed.

    A report that cannot be made takes nothing away from the run; one that cannot be written means
    that the disk fails, and the run cannot claim success.
    """
    from runner.cli import console
    from runner.evidence.atomic import write_atomically
    from runner.evidence.disk import or_evidence_lost
    from runner.runs.recorded import read_run

    try:
        page = html_of(read_run(folder))
    except Exception as error:
        console.say(f"the report could not be made ({error!r}); `runbook report` tells the run")
        return
    with or_evidence_lost("write report.html"):
        write_atomically(folder / "report.html", page.encode(), 0o400)
