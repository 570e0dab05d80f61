"""The code of templates is kept between processes, and nothing depends on that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.report.template_code import kept_code

PAGE = """
import jinja2.compiler, sys
from runner.report.html import compile_templates
made = []
generate = jinja2.compiler.generate
jinja2.compiler.CodeGenerator.visit_Template = (
    lambda self, node, frame=None, visit=jinja2.compiler.CodeGenerator.visit_Template:
    made.append(1) or visit(self, node, frame)
)
compile_templates()
print(len(made))
"""


def compiled(caches: Path) -> int:
    """How many templates a process compiles that has this folder of caches."""
    ended = subprocess.run(
        [sys.executable, "-c", PAGE],
        env={**os.environ, "XDG_CACHE_HOME": str(caches)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(ended.stdout)


def test_templates_are_compiled_by_the_first_process_alone(tmp_path: Path) -> None:
    assert [compiled(tmp_path), compiled(tmp_path)] == [3, 0]


@pytest.mark.parametrize("damage", [b"", b"j2", b"\x00" * 400])
def test_damaged_code_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    compiled(tmp_path)
    for file in (tmp_path / "runbook").iterdir():
        file.write_bytes(file.read_bytes()[: len(damage)] + damage)
    assert [compiled(tmp_path), compiled(tmp_path)] == [3, 0]


def test_code_cut_short_is_made_anew(tmp_path: Path) -> None:
    compiled(tmp_path)
    for file in (tmp_path / "runbook").iterdir():
        file.write_bytes(file.read_bytes()[:200])
    assert compiled(tmp_path) == 3


def test_code_of_other_options_is_not_taken(tmp_path: Path) -> None:
    environment, by = {"XDG_CACHE_HOME": str(tmp_path)}, (tmp_path / "a", tmp_path / "b")
    by[0].write_text("autoescape=True")
    by[1].write_text("autoescape=False")
    sums = [kept_code(environment, one).get_source_checksum("{{ x }}") for one in by]
    assert sums[0] != sums[1]


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_into_is_not_used(tmp_path: Path, mode: int) -> None:
    (tmp_path / "runbook").mkdir()
    (tmp_path / "runbook").chmod(mode)
    assert [compiled(tmp_path), compiled(tmp_path)] == [3, 3]


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert kept_code({}, Path(__file__)) is None
    assert kept_code({"HOME": ""}, Path(__file__)) is None
    assert compiled(tmp_path / "file") == 3


def test_a_folder_that_cannot_be_written_to_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "runbook").mkdir(mode=0o700)
    code = kept_code({"XDG_CACHE_HOME": str(tmp_path)}, Path(__file__))
    (tmp_path / "runbook").rmdir()
    code.dump_bytecode(code.get_bucket(None, "page", None, "text"))
    assert not (tmp_path / "runbook").exists()
