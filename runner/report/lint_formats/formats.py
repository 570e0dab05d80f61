"""The formats by name."""

from collections.abc import Callable

from runner.report.lint_formats.github import github
from runner.report.lint_formats.gitlab import gitlab
from runner.report.lint_formats.junit import junit
from runner.report.lint_formats.linted import Linted
from runner.report.lint_formats.plain_json import plain_json
from runner.report.lint_formats.sarif import sarif
from runner.report.lint_formats.terminal import concise, full

FORMATS: tuple[tuple[str, Callable[[Linted], str]], ...] = (
    ("full", full),
    ("concise", concise),
    ("json", plain_json),
    ("github", github),
    ("gitlab", gitlab),
    ("junit", junit),
    ("sarif", sarif),
)


def find_format(name: str) -> Callable[[Linted], str] | None:
    """The format of that name, or None."""
    return dict(FORMATS).get(name)
