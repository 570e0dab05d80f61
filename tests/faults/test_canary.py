"""One secret in all places and encodings at once, run for real: the store holds it nowhere."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from runner.evidence.seal import verify_run
from runner.evidence.store import Store
from runner.model.commands import CommandResult
from runner.runs.bash_runner import BashRunner
from runner.runs.command_runner import CommandOrder
from tests.faults.canaries import ENCODINGS, encodings, hits, in_text
from tests.faults.conftest import Tally
from tests.keys.installed import PUBLISH, notebook

pytestmark = [pytest.mark.fault, pytest.mark.kernel]
ROOT = Path(__file__).parents[2]
SECRET = 'cana/ry+9Qz<"&é">Zx7'
STRIPE = "sk_live_" + "C4naRy9Qz" * 3
TEXT = """# Canary

## Diagnosis Flow

### Step 1: Count

- **KEY**: `jupyter-toy-key`
- **Input**: Events
- **If Count > 0**: Continue to Step 2

### Step 2: Look

- **If it is red**: escalate
"""
CONTRACT = {
    "slug": "toy-key",
    "title": "Toy",
    "version": "1.0.0",
    "inputs": [{"name": "events", "label": "Events", "formats": ["csv"]}],
    "parameters": [{"name": "label", "type": "text", "default": None}],
    "secrets": [{"name": "api_token", "required": False}],
    "outputs": [
        {"name": "count", "label": "Count", "type": "count"},
        {"name": "note", "label": "Note", "type": "text"},
        {"name": "rows", "label": "Rows", "type": "table"},
        {"name": "picture", "label": "Picture", "type": "chart"},
    ],
}
READ = """
import os, sys, logging, subprocess, warnings, binascii
from IPython.display import HTML, JSON, SVG, Image, Markdown, clear_output, display
secrets = os.environ.get("RUNBOOK_SECRETS_DIR", "/nowhere") + "/api_token"
secret = open(secrets).read() if os.path.exists(secrets) else label
forms = encodings(secret)
everything = " | ".join(forms.values())
out = os.environ["RUNBOOK_OUTPUT_DIR"]
"""
PLACES = """
print(everything)
print(everything, file=sys.stderr)
logging.getLogger().warning(everything)
warnings.warn(everything)
os.write(1, everything.encode()); os.write(2, everything.encode())
subprocess.run(["echo", everything])
for form in forms.values():
    print(form, end=""); sys.stdout.flush()
print(base64.encodebytes((secret * 9).encode()).decode())
---
safe = html.escape(everything)
drawn = f"<svg xmlns='http://www.w3.org/2000/svg'><text>{safe}</text></svg>"
display(HTML(f"<b title='{safe}'>{everything}</b>"), JSON({everything: [everything]}))
display(Markdown(everything), SVG(drawn))
own = {"text/plain": everything, "application/x-own": {"deep": [forms]}}
display(own, raw=True, metadata={"of": everything})
handle = display(everything, display_id="one"); handle.update(everything + "!")
forms
---
try:
    raise RuntimeError(everything)
except RuntimeError as error:
    print(repr(error)); import traceback; traceback.print_exc()
---
open(out + "/notes.txt", "w").write(everything)
open(out + "/data.json", "w").write(json.dumps({"a": [forms]}))
open(out + "/chart.svg", "w").write(drawn)
open(out + "/chart.json", "w").write(json.dumps({"title": everything}))
rows = [[name, form] for name, form in forms.items()]
publish(
    count=3, note=everything,
    rows={"table": {"columns": ["encoding", everything], "rows": rows,
                    "row_count": len(rows), "file": ""}},
    picture={"chart": {"file": "chart.svg", "caption": everything}},
)
result = json.load(open(out + "/result.json")); result["warnings"] = [everything]
json.dump(result, open(out + "/result.json", "w"))
"""
FAIL = "api_key = everything\nraise ValueError(everything)"


class Bench:
    """A library, a store, and the command line in a process of its own."""

    def __init__(self, place: Path, *cells: str):
        self.place, self.library, self.store = place, place / "library", place / "store"
        folder = self.library / "jupyter-keys/toy-key"
        folder.mkdir(parents=True)
        (folder / "key.json").write_text(json.dumps(CONTRACT))
        made = json.dumps(notebook(ENCODINGS, PUBLISH, READ, *cells))
        (folder / "toy-key.ipynb").write_text(made)
        (self.library / "runbooks").mkdir()
        (self.library / "runbooks/canary.md").write_text(TEXT)
        (place / "events.csv").write_text("id,note\n1,fine\n")
        self.said = ""

    def __call__(self, *arguments: str, **variables: str) -> int:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        ended = subprocess.run(
            [sys.executable, "-m", "runner", *arguments],
            cwd=self.place,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "RUNBOOK_EVIDENCE_DIR": str(self.store),
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += ended.stdout + ended.stderr
        return ended.returncode

    def run(self, *arguments: str, **variables: str) -> int:
        given = ("--library", str(self.library), *arguments)
        return self("run", "canary", *given, **variables)

    @property
    def folder(self) -> Path:
        store = Store(self.store)
        return store.folder_of(store.find())


def check(bench: Bench, secret: str, tally: Tally, places: int) -> None:
    found = hits(bench.store, secret) + in_text(bench.said, secret)
    tally("places of a secret", places, places - len(found))
    assert found == []


def try_all_places(place: Path, secret: str, tally: Tally) -> None:
    """A declared secret in everything that a KEY and its caller can write it into."""
    bench = Bench(place, *PLACES.split("---\n"))
    everything = list(encodings(secret).values())
    rows = "\n".join(
        f'{n},"{form.replace(chr(34), chr(34) * 2)}"' for n, form in enumerate(everything)
    )
    named = place / f"{base64.urlsafe_b64encode(secret.encode()).decode()[:250]}.csv"
    named.write_text(f'id,"{everything[0].replace(chr(34), chr(34) * 2)}"\n{rows}\n')
    code = bench.run(
        *("--secret", "api_token=TOKEN", "--param", f"label={' '.join(everything)}"),
        *("--incident", f"INC {' '.join(everything)}", "--input", str(named), "--stop-at-person"),
        *("--format", "plain"),
        TOKEN=secret,
    )
    assert code == 6, bench.said
    bench("why"), bench("report"), bench("report", "--json"), bench("history", "--json")
    folder = bench.folder
    assert bench("answer", folder.name, "step 2", "1", "--reason", "see the dashboard") == 0
    assert bench("resume", "--abort") == 130, bench.said
    notebook = next(folder.rglob("notebook.ipynb")).read_text()
    assert notebook.count("[masked: api_token]") > 100
    assert (
        json.loads((folder / "manifest.json").read_text())["predicate"]["redactions"]["api_token"]
        > 100
    )
    assert "api_token" in (folder / "report.html").read_text()
    check(bench, secret, tally, 26 * len(everything))
    assert verify_run(folder) == ()


def try_a_failure(place: Path, secret: str, tally: Tally) -> None:
    bench = Bench(place, FAIL)
    assert bench.run(
        "--secret", "api_token=TOKEN", "--input", "events.csv", "--unattended", TOKEN=secret
    ) == 4, bench.said  # fmt: skip
    assert "[masked: api_token]" in (bench.folder / "journal.jsonl").read_text()
    check(bench, secret, tally, 4 * len(encodings(secret)))


def test_a_declared_secret_is_nowhere_in_the_store(tmp_path: Path, tally: Tally) -> None:
    try_all_places(tmp_path, SECRET, tally)


def test_a_declared_secret_is_nowhere_in_the_record_of_a_failure(
    tmp_path: Path, tally: Tally
) -> None:
    try_a_failure(tmp_path, SECRET, tally)


def test_a_secret_that_nobody_declared_is_nowhere_in_the_store(
    tmp_path: Path, tally: Tally
) -> None:
    bench = Bench(tmp_path, *PLACES.split("---\n"), f'print("{STRIPE}"); left = "{STRIPE}"')
    named = tmp_path / f"{STRIPE}.csv"
    named.write_text(f"id,{STRIPE}\n1,{STRIPE}\n2,key={STRIPE}!\n")
    code = bench.run(
        *("--param", f"label={STRIPE}", "--incident", f"INC {STRIPE}", "--input", str(named)),
        *("--stop-at-person", "--format", "jsonl"),
    )
    assert code == 6, bench.said
    assert bench("answer", "latest", "step 2", "1", "--reason", f"because {STRIPE}") == 0
    assert bench("resume", "--abort") != 0
    bench("report", "--json")
    check(bench, STRIPE, tally, 30 * 13)
    journal = (bench.folder / "journal.jsonl").read_text()
    assert "because [masked: stripe-key]" in journal
    assert '"origin":' in journal


def test_a_run_with_a_masked_parameter_is_not_resumed_with_the_mask(
    tmp_path: Path, tally: Tally
) -> None:
    bench = Bench(tmp_path, *PLACES.split("---\n"))
    given = ("--param", f"label={STRIPE}", "--input", "events.csv", "--stop-at-person")
    assert bench.run(*given) == 6, bench.said
    assert bench("resume") == 2
    assert re.search(
        r"the parameter label of \S+ held a secret, which is not on record", bench.said
    )


def test_a_runbook_that_holds_a_secret_is_not_run(tmp_path: Path, tally: Tally) -> None:
    bench = Bench(tmp_path)
    text = TEXT + f"\n```bash\ncurl -u {STRIPE}: https://api.stripe.com\n```\n"
    (bench.library / "runbooks/canary.md").write_text(text)
    assert bench.run("--input", "events.csv", "--unattended") == 3
    assert (
        "canary.md:16 holds a secret (stripe-key), and a copy is kept with every run" in bench.said
    )
    assert hits(bench.store, STRIPE) == []


def test_an_output_whose_name_holds_a_secret_is_not_kept(tmp_path: Path, tally: Tally) -> None:
    bench = Bench(
        tmp_path, "open(out + '/' + forms['hex'] + '.txt', 'w').write('x')\npublish(count=1)"
    )
    code = bench.run(
        "--secret", "api_token=TOKEN", "--input", "events.csv", "--unattended", TOKEN=SECRET
    )
    assert code == 4, bench.said
    assert "[masked: api_token].txt' holds a secret" in " ".join(bench.said.split())
    check(bench, SECRET, tally, 1)


def test_what_a_command_writes_is_masked(tmp_path: Path, tally: Tally) -> None:
    env = {**os.environ, "API_TOKEN": SECRET, "FORMS": "\n".join(encodings(SECRET).values())}
    script = f'echo "$API_TOKEN"; echo "$FORMS"; echo {STRIPE} >&2; seq 200000; echo "{STRIPE}"'
    result: CommandResult = BashRunner(tmp_path, env, tmp_path).run(CommandOrder(1, script, 20.0))
    found = [*hits(tmp_path, SECRET), *hits(tmp_path, STRIPE)]
    found += in_text(result.excerpt, SECRET) + in_text(result.excerpt, STRIPE)
    tally("places of a secret", 15, 15 - len(found))
    assert found == []
    assert result.masked >= 15


SECRETS = [
    "correct horse battery staple",
    "aaaaaaaa",
    "p%40ss\\w0rd\\n'`$(x)`",
    "密码是这个秘密的一串字",
    base64.b64encode(bytes(range(60))).decode(),
    "x" * 40 + "0123456789abcdef" * 40,
]


@pytest.mark.long
@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_no_secret_is_anywhere_in_the_store(secret: str, tmp_path: Path, tally: Tally) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "failure").mkdir()
    try_all_places(tmp_path / "all", secret, tally)
    try_a_failure(tmp_path / "failure", secret, tally)
