"""A secret reaches its KEY by file, and nothing that is kept holds it in any form."""

import base64
import json
from pathlib import Path

import pytest

from runner.errors import InvalidInput
from runner.keys.papermill_executor import PapermillExecutor
from runner.keys.secrets import Secrets, read_secrets
from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.results import FailureKind, KeyFailure, KeyResult, Redaction
from tests.keys.installed import CONTRACT, PUBLISH, install, order

SECRET = "sk_live_Zq9/+pw"
DECLARED = [{"name": "api_token", "meaning": "of the payment service"}]
WITH_SECRET = {**CONTRACT, "secrets": DECLARED}
READ = "token = open(os.environ['RUNBOOK_SECRETS_DIR'] + '/api_token').read()"


def contract() -> KeyContract:
    found, problems = decode_contract(json.dumps(WITH_SECRET))
    assert found is not None, problems
    return found


def test_a_secret_comes_from_a_file_or_from_a_variable(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET + "\n")
    for given, environment in ((f"api_token=@{file}", {}), ("api_token=TOKEN", {"TOKEN": SECRET})):
        secrets = read_secrets([given], [contract()], environment)
        assert secrets.names == ("api_token",)
        assert secrets.redactor().text(f"<{SECRET}>") == "<[masked: api_token]>"
        assert SECRET not in repr(secrets)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "jupyter-toy-key needs the secret api_token: of the payment service"),
        ([f"api_token={SECRET}"], "the secret api_token names no variable of the environment"),
        (["api_token=@/nowhere"], "the secret api_token: /nowhere is no file of at most 65,536"),
        (["api_token=SHORT"], "the secret api_token is shorter than 8 characters"),
        (["other=LONG"], "no KEY has a secret 'other'"),
        ([SECRET], "a secret is not written NAME=@FILE or NAME=VARIABLE"),
        (["api_token=LONG", "api_token=LONG"], "the secret api_token is given twice"),
    ],
)
def test_what_is_no_secret_is_refused_without_showing_it(given: list[str], message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_secrets(given, [contract()], {"SHORT": "1234567", "LONG": "12345678"})
    assert refused.value.happened.startswith(message)
    assert SECRET not in f"{refused.value.happened} {refused.value.hint}"


def run(
    tmp_path: Path, *cells: str, outputs: list[dict[str, str]] | None = None
) -> KeyResult | KeyFailure:
    wanted = {**WITH_SECRET, "outputs": outputs or CONTRACT["outputs"]}
    key = install(tmp_path / "library", PUBLISH, READ, *cells, contract=wanted)
    given = order(key, tmp_path / "run", secrets=Secrets({"api_token": SECRET}))
    executor = PapermillExecutor()
    executor.prepare()
    try:
        return executor.execute(given, lambda progress: None)
    finally:
        executor.stop()


def forms() -> list[bytes]:
    raw = SECRET.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw)[:-4], SECRET.encode("utf-16-le")]


def files_with_secret(folder: Path) -> list[str]:
    return [
        str(file)
        for file in folder.rglob("*")
        if file.is_file() and any(form in file.read_bytes() for form in forms())
    ]


@pytest.mark.kernel
def test_nothing_that_is_kept_holds_the_secret(tmp_path: Path) -> None:
    outcome = run(
        tmp_path,
        "import base64\nprint(token); print(token.encode().hex())",
        "print(base64.b64encode(token.encode()).decode()); token",
        "import sys; print(repr({'t': token}), file=sys.stderr)",
        "out = os.environ['RUNBOOK_OUTPUT_DIR']\nopen(out + '/notes.txt', 'w').write(token * 3)",
        "open(out + '/wide.txt', 'wb').write(token.encode('utf-16-le'))",
        "print(os.stat(os.environ['RUNBOOK_SECRETS_DIR'] + '/api_token').st_mode & 0o777)",
        "publish(count=3)",
    )
    assert isinstance(outcome, KeyFailure), outcome
    assert outcome.message == "its output file 'wide.txt' holds a secret; it was not kept"
    assert outcome.redactions[0].name == "api_token"
    assert outcome.redactions[0].count >= 8
    assert files_with_secret(tmp_path / "run") == []
    kept = tmp_path / "run/keys/step-1.1.1/attempt-1"
    assert (kept / "outputs/notes.txt").read_text() == "[masked: api_token]" * 3
    notebook = (kept / "notebook.ipynb").read_text()
    assert notebook.count("[masked: api_token]") >= 5
    assert "256\\n" in notebook


@pytest.mark.kernel
def test_a_published_text_is_masked_and_counted(tmp_path: Path) -> None:
    text = [{"name": "note", "label": "Note", "type": "text"}]
    outcome = run(tmp_path, "publish(note='the token is ' + token)", outputs=text)
    assert isinstance(outcome, KeyResult), outcome
    assert outcome.value("note") == "the token is [masked: api_token]"
    assert outcome.redactions == (Redaction("api_token", 1),)
    assert files_with_secret(tmp_path / "run") == []


@pytest.mark.kernel
def test_a_table_with_a_secret_is_not_kept(tmp_path: Path) -> None:
    outcome = run(
        tmp_path,
        "import duckdb\nfile = os.environ['RUNBOOK_OUTPUT_DIR'] + '/rows.parquet'",
        "duckdb.sql(f\"select range as n, '{token}' as t from range(1000)\").write_parquet(file)",
        "publish(count=3)",
    )
    assert isinstance(outcome, KeyFailure), outcome
    assert outcome.kind is FailureKind.CONTRACT
    assert outcome.message == "its output file 'rows.parquet' holds a secret; it was not kept"
    assert not list((tmp_path / "run").rglob("*.parquet"))


@pytest.mark.kernel
def test_an_error_that_shows_the_secret_is_masked(tmp_path: Path) -> None:
    outcome = run(tmp_path, "raise ValueError(f'401 for {token}')")
    assert isinstance(outcome, KeyFailure)
    assert outcome.message == "ValueError: 401 for [masked: api_token]"
    assert SECRET not in outcome.traceback
    left = Path("/dev/shm").glob("rb-*/secrets/api_token")
    assert SECRET not in [file.read_text() for file in left]
