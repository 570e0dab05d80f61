"""The pages say what the code does: generated pages, links, commands, excerpts."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

from runner.errors import ExitCode
from tests.docs.pages import ROOT, anchors, fences, files, links, pages
from tools import write_reference

README, TUTORIAL = ROOT / "README.md", ROOT / "docs" / "tutorial.md"
COMMANDS = [
    (page.relative_to(ROOT).as_posix(), line)
    for page in pages()
    for fence in fences(page, "sh")
    for line in fence.splitlines()
    if line.startswith("runbook ")
]


@pytest.mark.parametrize("name", write_reference.pages())
def test_a_generated_page_is_in_step_with_the_code(name: str) -> None:
    written = (write_reference.REFERENCE / name).read_text("utf-8")
    assert written == write_reference.pages()[name], "type: make docs"


def test_every_command_is_documented() -> None:
    text = write_reference.commands_page()
    assert [name for name in write_reference.commands() if f"\n## {name}\n" not in text] == []


def test_every_exit_code_is_documented() -> None:
    text = write_reference.exit_codes_page()
    assert [code.name for code in ExitCode if f"| {_words(code)} |" not in text] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not _leads_somewhere(page, target)] == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [README]
    while ahead:
        page = ahead.pop().resolve()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            ahead += [page.parent / target.partition("#")[0] for target in links(page)]
    documents = {page for page in pages() if page.is_relative_to(ROOT / "docs")}
    assert documents - reached == set()


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_on_a_page_parses(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    words = words[: next((at for at, word in enumerate(words) if word in "|>"), None)]
    for name, command in write_reference.commands().items():
        if words[: len(name.split())] == name.split():
            command.make_context(name, words[len(name.split()) :])
            return
    assert words == ["--help"]


def test_there_are_commands_to_parse() -> None:
    assert {"README.md", "docs/tutorial.md"} <= {page for page, _ in COMMANDS}


@pytest.mark.kernel
def test_make_run_ends_as_the_readme_says(tmp_path: Path) -> None:
    log = ROOT / "jupyter-keys/webhook-event-analysis/samples/signature-incident.csv"
    said = _runbook(tmp_path, "run", "webhook-failures", "-i", str(log), "--unattended")
    (excerpt,) = fences(README, "text excerpt")
    assert _missing(excerpt, said) == []


@pytest.mark.kernel
def test_the_runbook_of_the_tutorial_runs_as_the_tutorial_says(tmp_path: Path) -> None:
    for name, text in files(TUTORIAL).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    for script in tmp_path.rglob("*.py"):
        jupytext.write(jupytext.read(script), script.with_suffix(".ipynb"))
    said = _runbook(tmp_path, "run", "slow-site", "-i", "access.csv", "--unattended")
    (excerpt,) = fences(TUTORIAL, "text output")
    assert _missing(excerpt, said) == []


def _words(code: ExitCode) -> str:
    return code.name.lower().replace("_", " ")


def _leads_somewhere(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    file = page.parent / name if name else page
    return file.exists() and (not anchor or anchor in anchors(file))


def _runbook(cwd: Path, *arguments: str) -> str:
    """What a command prints on stdout, with its evidence below `cwd`."""
    done = subprocess.run(
        [sys.executable, "-m", "runner", *arguments],
        cwd=cwd,
        env={**os.environ, "RUNBOOK_EVIDENCE_DIR": str(cwd / "evidence")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.ACTIONS_RECOMMENDED, done.stderr
    return done.stdout


def _missing(excerpt: str, said: str) -> list[str]:
    """The paragraphs of an excerpt that were not said; how long a step took does not count."""
    paragraphs = _timeless(excerpt).strip().split("\n\n")
    return [paragraph for paragraph in paragraphs if paragraph not in _timeless(said)]


def _timeless(text: str) -> str:
    return re.sub(r" +\d+\.\d s$", "", text, flags=re.M)
