"""`key_process.py OUT SLUG NAME=VALUE…`: the cells of a shipped KEY in this process, no kernel."""

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Execute them with these parameters; the published outputs go to the folder OUT."""
    out, slug, *given = sys.argv[1:]
    folder = ROOT / "jupyter-keys" / slug
    os.environ |= {"RUNBOOK_KEY_DIR": str(folder), "RUNBOOK_OUTPUT_DIR": out}
    names: dict[str, Any] = {}
    for cell in json.loads((folder / f"{slug}.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {one.partition("=")[0]: one.partition("=")[2] for one in given}


if __name__ == "__main__":
    main()
