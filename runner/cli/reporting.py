"""The HTML report of a recorded run, with the files that it shows."""

from typing import TYPE_CHECKING

from runner.model.results import KeyResult
from runner.model.values import Chart

if TYPE_CHECKING:
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
