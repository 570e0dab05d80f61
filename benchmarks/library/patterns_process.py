"""`patterns_process.py OUT FILE`: a file of lines read and clustered, nothing else."""

import json
import sys
import tempfile
from pathlib import Path

from runner.kit.engine import connect
from runner.kit.patterns import cluster


def main() -> None:
    """Write how many lines and patterns there are."""
    out, file = sys.argv[1:]
    con = connect(Path(tempfile.mkdtemp()), 4 * 1024**3)
    columns = "{'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = ''"
    reader = f"read_csv('{file}', columns = {columns}, header = false, auto_detect = false)"
    con.execute(f"create temp view lines as from {reader}")
    patterns = cluster(con, "lines", "line", "clustered")
    [(lines,)] = con.execute("select count(*) from clustered").fetchall()
    Path(out).mkdir(exist_ok=True)
    (Path(out) / "answers.json").write_text(json.dumps({"lines": lines, "patterns": patterns}))


if __name__ == "__main__":
    main()
