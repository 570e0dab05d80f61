"""`runbook.toml`: what it says of runs, what comes before what, what is wrong and where."""

from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.model.contract import KeyContract
from runner.model.identity import KeyName
from runner.runs.configuration import line_at, lines_of
from runner.runs.settings import Settings, find_settings, uses_resident
from runner.runs.settings_decoder import decode_settings

TOY = KeyContract(KeyName("jupyter-toy-key"), "Toy", "", "1", (), (), ())
ALL = """
[limits]
wall_seconds = "10min"  # of each KEY
memory_bytes = 1073741824
run_seconds = "1h"

[limits.toy-key]
memory_bytes = "2GiB"

[sandbox]
level = "landlock"
require = true

[warm]
use = false
idle_seconds = "5min"
spares = 3

[[schedule]]
anything = "is not looked at here"
"""


def at(home: Path, project: Path, users: str = "", projects: str = "") -> Settings:
    (home / "runbook").mkdir(parents=True)
    (project / "below").mkdir(parents=True)
    if users:
        (home / "runbook" / "runbook.toml").write_text(users)
    if projects:
        (project / "runbook.toml").write_text(projects)
    return find_settings(project / "below", {"XDG_CONFIG_HOME": str(home)})


def test_every_table_is_read_with_its_lines() -> None:
    decoded = decode_settings(ALL, "f")
    assert decoded.problems == ()
    assert [(s.key or s.table, s.name, s.value, s.source) for s in decoded.said] == [
        ("limits", "wall_seconds", 600, "f:3"),
        ("limits", "memory_bytes", 2**30, "f:4"),
        ("limits", "run_seconds", 3600, "f:5"),
        ("jupyter-toy-key", "memory_bytes", 2 * 2**30, "f:8"),
        ("sandbox", "level", "landlock", "f:11"),
        ("sandbox", "require", 1, "f:12"),
        ("warm", "use", 0, "f:15"),
        ("warm", "idle_seconds", 300, "f:16"),
        ("warm", "spares", 3, "f:17"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[limits]\nwall_second = 5",
         "f:2: no limit is called 'wall_second'; did you mean wall_seconds?"),
        ("[limits]\n\nprocesses = true",
         "f:3: the limit processes cannot be true (units: a whole number)"),
        ("limits.wall_seconds = 0", "f:1: the limit wall_seconds cannot be 0 (units: s, min, h)"),
        ("[limits.toy-key]\nrun_seconds = 5",
         "f:2: no limit is called 'run_seconds'; did you mean wall_seconds?"),
        ("[limits.Toy]\nprocesses = 5", "f:1: 'Toy' is no name of a KEY"),
        ("limits = 3", "f:1: write it as a table, [limits]"),
        ("[sandbocks]", "f:1: no table is called 'sandbocks'; did you mean sandbox?"),
        ("[x]", "f:1: no table is called 'x'; there are: limits, sandbox, evidence, warm, "),
        ("[[scedule]]\n", "f:1: no table is called 'scedule'; did you mean schedule?"),
        ("[sandbox]\nlevel='none'",
         "f:2: level = 'none': one of \"auto\", \"strict\", \"landlock\", \"rlimits\""),
        ("[sandbox]\nrequired=true", "f:2: no name is called 'required'; did you mean require?"),
        ("sandbox = {\n require = 1}", "f: it is no TOML: "),
        ("sandbox = {require = 1}", "f:1: require = 1: true or false"),
        ("[warm]\nspares = 65", "f:2: spares = 65: a whole number from 0 to 64"),
        ("[warm]\nidle_seconds = '1GiB'", "f:2: idle_seconds = '1GiB': a time (units: s, min, h)"),
        ("[warm\n", "f: it is no TOML: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_line(text: str, problem: str) -> None:
    (said,) = decode_settings(text, "f").problems
    assert said.startswith(problem)


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        at(tmp_path / "home", tmp_path / "p", "[limits]\nx = 1\n", "[warm]\nuse = 1\n")
    assert refused.value.happened.splitlines() == [
        "runbook.toml has 2 problems:",
        f"  {tmp_path}/home/runbook/runbook.toml:2: no limit is called 'x'; there are: "
        "wall_seconds, memory_bytes, output_bytes, file_bytes, processes, disk_bytes, run_seconds",
        f"  {tmp_path}/p/runbook.toml:2: use = 1: true or false",
    ]


def test_the_project_comes_before_the_user_and_one_key_before_all(tmp_path: Path) -> None:
    found = at(
        tmp_path / "home",
        tmp_path / "p",
        "[limits]\nprocesses = 1\nwall_seconds = 1\n[limits.toy-key]\noutput_bytes = 1\n",
        "[limits.toy-key]\nwall_seconds = 3\n[limits]\nwall_seconds = 2\noutput_bytes = 2\n",
    )
    limits = found.limits().on(TOY)
    assert (limits.processes, limits.wall_seconds, limits.output_bytes) == (1, 3, 2)


@pytest.mark.parametrize("said", ['level = "landlock"', 'level = "rlimits"', "require = false"])
def test_a_project_cannot_weaken_the_sandbox_but_its_user_can(tmp_path: Path, said: str) -> None:
    text = f"[sandbox]\n{said}\n"
    assert at(tmp_path / "a", tmp_path / "b", users=text).said
    with pytest.raises(UsageError, match="the file of a project cannot weaken the sandbox; /"):
        at(tmp_path / "c", tmp_path / "d", projects=text)


def test_a_project_can_ask_for_more_than_its_user(tmp_path: Path) -> None:
    weak, strong = '[sandbox]\nlevel = "landlock"\n', '[sandbox]\nlevel = "strict"\nrequire = true'
    found = at(tmp_path / "home", tmp_path / "p", weak, strong)
    assert [found.one("sandbox", name) for name in ("level", "require")] == list(found.said[1:])


def test_the_resident_is_used_unless_a_file_says_no(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert uses_resident(tmp_path, environment)
    (tmp_path / "runbook.toml").write_text("[warm]\nuse = false\n")
    assert not uses_resident(tmp_path, environment)
    (tmp_path / "runbook.toml").write_text("[warm]\nuse = true\n")
    assert uses_resident(tmp_path, environment)


def test_lines_are_found_for_quoted_dotted_and_inner_names() -> None:
    lines = lines_of('a."b c".d = 1\n[x.y]\nz = { q = 1 }\n# n = 1\n')
    assert lines == {("a", "b c", "d"): 1, ("x", "y"): 2, ("x", "y", "z"): 3}
    assert line_at(lines, ("x", "y", "z", "q")) == 3
