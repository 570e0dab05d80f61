"""A person at a real terminal has a command run: its evidence is whole, without the secret."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import ROOT, Runbook

SECRET = "hunter2-hunter2"
TEXT = (
    "# Look\n\n## Diagnosis Flow\n\n### Step 1: By hand\n\n"
    '```bash\necho "token is $API_TOKEN"\nkubectl logs <pod>\n```\n'
)


class Terminal:
    """A process on a pseudo-terminal, and everything that it has shown."""

    def __init__(self, arguments: list[str], environment: dict[str, str]):
        self._leader, follower = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "runner", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        self.shown = ""
        self._seen = 0

    def wait_for(self, words: str, seconds: float = 20) -> None:
        """Read until `words` are shown after what was seen before."""
        until = time.monotonic() + seconds
        while (at := self.shown.find(words, self._seen)) < 0:
            assert time.monotonic() < until, self.shown
            ready, _, _ = select.select([self._leader], [], [], 0.1)
            if ready:
                try:
                    self.shown += os.read(self._leader, 65536).decode("utf-8", "replace")
                except OSError as gone:
                    raise AssertionError(self.shown) from gone
        self._seen = at + len(words)

    def type(self, text: str) -> None:
        os.write(self._leader, text.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._leader)


def test_a_command_is_run_on_a_yes_and_its_secret_is_masked(
    environment: dict[str, str], store: Path, tmp_path: Path, runbook: Runbook
) -> None:
    folder = tmp_path / "library/runbooks"
    folder.mkdir(parents=True)
    (folder / "look.md").write_text(TEXT)
    arguments = ["run", "look", "--library", str(folder.parent)]
    terminal = Terminal(arguments, {**environment, "API_TOKEN": SECRET})
    try:
        for words, typed in (
            ("\n> ", "run 2\n"),
            ("cannot be run", "show 1\n"),
            ("\n> ", "run 1\n"),
            ("Run it now?", ""),
            ("> ", "yes\n"),
            ("token is [masked]", ""),
            ("\n> ", "done # seen\n"),
            ("evidence", ""),
        ):
            terminal.wait_for(words)
            terminal.type(typed)
        terminal.process.wait(10)
    finally:
        terminal.close()
    (run,) = (store / "runs").iterdir()
    assert (run / "commands/1.txt").read_text() == "token is [masked]\n"
    assert all(SECRET not in f.read_text("utf-8", "replace") for f in run.rglob("*") if f.is_file())
    assert SECRET not in terminal.shown
    lines = (run / "journal.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["event"]["is"] for line in lines]
    at = [kinds.index(k) for k in ("ApprovalGiven", "CommandStarted", "CommandFinished")]
    assert at == sorted(at)
    assert json.loads(lines[at[2]])["event"]["result"]["exit_code"] == 0
    assert "exit code 0" in runbook("report").stdout
    assert runbook("evidence", "verify").returncode == 0
