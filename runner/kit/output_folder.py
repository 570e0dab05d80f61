"""Where results go under the runner: a folder whose files are whole at every moment."""

import os
from collections.abc import Callable
from pathlib import Path

from runner.model.frozen import frozen

OUTPUT_DIR = "RUNBOOK_OUTPUT_DIR"
RESULT_FILE = "result.json"


@frozen
class OutputFolder:
    """The folder that the runner gave, or none: then nothing is written, values are only shown."""

    root: Path | None

    @staticmethod
    def of_environment() -> "OutputFolder":
        """The folder named by $RUNBOOK_OUTPUT_DIR."""
        given = os.environ.get(OUTPUT_DIR)
        return OutputFolder(Path(given) if given else None)

    def write(self, name: str, text: str) -> None:
        """Write a text file by its relative name, whole or not at all."""
        self.fill(name, lambda path: _write_text(path, text))

    def fill(self, name: str, write: Callable[[Path], object]) -> None:
        """Let `write` make the file under a temporary name, then put it in its place."""
        if self.root is None:
            return
        final = self.root / name
        final.parent.mkdir(parents=True, exist_ok=True)
        part = final.with_name(f".{final.name}.{os.getpid()}.part")
        try:
            write(part)
            part.replace(final)
        finally:
            part.unlink(missing_ok=True)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")
