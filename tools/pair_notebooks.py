"""Writes the notebook of every KEY from its py:percent text, without outputs.

Run from the root of the repository after a change of `jupyter-keys/<slug>/<slug>.py`.
"""

import json
from pathlib import Path
from typing import Any

from runner.cli.starting import notebook


def main() -> None:
    """Write those that are not in step."""
    for text in sorted(Path("jupyter-keys").glob("*/*.py")):
        made, paired = notebook(text.read_text("utf-8")), text.with_suffix(".ipynb")
        if not paired.is_file() or cells(paired.read_text("utf-8")) != cells(made):
            paired.write_text(made, "utf-8")
            print(f"wrote {paired}")


def cells(notebook_text: str) -> list[Any]:
    """What a reader sees of a notebook: its cells without their names."""
    found = json.loads(notebook_text)["cells"]
    return [(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for c in found]


if __name__ == "__main__":
    main()
