"""A run as one page: self-contained, without scripts, for a browser at night and for paper."""

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.interpreter.program import Program
from runner.model.runs import Outcome
from runner.model.safe_text import safe_text
from runner.report import page_words
from runner.report.measures import show_clock, show_seconds, show_size, show_time
from runner.report.story import Story
from runner.report.template_code import kept_code
from runner.report.text_outcome import beside, undoing
from runner.report.text_steps import answer_words, how, next_words, worth_telling

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_CHART_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20
_TEMPLATES = Path(__file__).with_name("templates")
_TONES = {
    Outcome.HEALTHY: "good",
    Outcome.RESOLVED: "good",
    Outcome.ESCALATE: "bad",
    Outcome.BROKEN: "bad",
    Outcome.FAILED: "bad",
    Outcome.ABORTED: "quiet",
}


def report_html(program: Program, story: Story, files: Mapping[str, bytes], head: str) -> str:
    """The page. `files` are charts by their name in the run folder; `head` the journal's digest.

    Text of others is escaped, shown without control characters and can neither run nor load
    anything: the policy of the page allows its own style and pictures inside the page only.
    """
    environment = _environment()
    page = environment.get_template("report.html.j2")
    return page.render(
        story=story,
        picture_of=lambda name: _picture(files.get(name, b"")),
        beside=beside(story),
        facts=page_words.facts(program, story),
        tone=_TONES.get(story.finished.outcome, "care") if story.finished else "quiet",
        policy=_policy(environment.get_template("report.css").render()),
        head=head,
        most_rows=MOST_ROWS,
    )


def _policy(css: str) -> str:
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def compile_templates() -> None:
    """Do ahead what the first page would do: the templates become code."""
    for name in ("report.html.j2", "report.css", "key.html.j2"):
        _environment().get_template(name)


@cache
def _environment() -> "Environment":
    """One for all pages, so that templates are compiled once; it holds nothing of any page."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=kept_code(os.environ, Path(__file__)),
    )
    environment.filters |= _filters()
    return environment


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "time": show_time,
        "clock": show_clock,
        "duration": show_seconds,
        "size": show_size,
        "undoing": undoing,
        "answer": answer_words,
        "next": next_words,
        "how": how,
        "worth_telling": worth_telling,
        **page_words.FILTERS,
    }


def _picture(svg: bytes) -> str:
    """A chart as an address that holds it; empty where there is none or it is too large."""
    if not svg or len(svg) > MOST_CHART_BYTES:
        return ""
    return "data:image/svg+xml;base64," + b64encode(svg).decode()


def _safe(value: Any) -> Any:
    return value if hasattr(value, "__html__") or not isinstance(value, str) else safe_text(value)


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
