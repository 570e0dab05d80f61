"""Commands as a careful reader of the fence would type them, and those that nobody should."""

from hashlib import sha256

import pytest

from runner.document.commands import read_commands
from runner.model.commands import Command
from runner.model.runbook import Fence
from runner.model.source import Span


def commands(text: str, language: str = "bash") -> tuple[Command, ...]:
    return read_commands((Fence(language, text, Span(0, 0)),))


def texts(text: str, language: str = "bash") -> list[str]:
    return [command.text for command in commands(text, language)]


def test_each_line_is_a_command_and_comments_are_notes() -> None:
    found = commands("# who is on\nuptime\n\nfree -m  # memory\n")
    assert [c.text for c in found] == ["uptime", "free -m  # memory"]
    assert [c.note for c in found] == ["who is on", ""]
    assert [c.number for c in found] == [1, 2]


def test_or_separates_alternatives() -> None:
    found = commands("systemctl status x\n# OR\nservice x status\n")
    assert [c.is_alternative for c in found] == [False, True]


def test_prose_behind_or_is_no_command() -> None:
    assert texts("kubectl get deploy\n# OR look at the dashboard\n") == ["kubectl get deploy"]


@pytest.mark.parametrize(
    "text",
    [
        "kubectl get pods \\\n  -n payments",
        "cat x |\n  grep y",
        "psql -c 'select 1\nfrom t'",
        "make a &&\n  make b",
        "echo $(date\n)",
    ],
)
def test_a_command_that_goes_on_in_the_next_line_is_one_and_can_be_run(text: str) -> None:
    (only,) = commands(text)
    assert (only.text, only.refusal) == (text, "")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("cat <<EOF\nuptime\nEOF", "here-document"),
        ("for p in a b; do\n  echo $p\ndone", "several commands"),
        ("if true; then\n  uptime\nfi", "several commands"),
        ("echo 'never closed\nuptime", "does not end"),
    ],
)
def test_what_is_more_than_a_command_is_only_shown(text: str, refusal: str) -> None:
    (only,) = commands(text)
    assert only.text == text
    assert refusal in only.refusal


@pytest.mark.parametrize(
    "text",
    [
        "kubectl logs <pod>",
        "kubectl logs <pod name>",
        "cat webhook_logs_YYYYMMDD.csv",
        "stripe events resend evt_PLACEHOLDER",
        "aws s3 ls s3://your-bucket/",
        "curl https://x/{{id}}",
        "psql -h DB_HOST",
        "date -d YYYY-MM-DD",
        "run ...",
        "run --id=XXXX",
        "curl /api/{order_id}/x",
        "ticket [incident id]",
    ],
)
def test_a_placeholder_has_to_be_filled_in_first(text: str) -> None:
    assert commands(text)[0].refusal.startswith("fill in "), text


@pytest.mark.parametrize(
    "text",
    [
        "curl -s -o /dev/null -w '%{http_code}\\n' -X POST https://api.example.com/webhooks",
        "kubectl get deploy x -o jsonpath='{.status.readyReplicas}'",
        "grep -iE 'stripe|webhook' < /var/log/x | awk '{print $5}' | tail -50",
        "docker inspect -f '{{.State.Status}}' app",
        "go test ./...",
        "ls [a-z]*.csv",
        "diff <(sort a) <(sort b)",
        "WORKER_TIMEOUT_SECONDS=20 env",
        "kubectl set env deploy/x WORKER_NAME=a",
        "case_insensitive=1 done_check",
    ],
)
def test_an_ordinary_command_can_be_run(text: str) -> None:
    (only,) = commands(text)
    assert only.refusal == ""


def test_variables_of_the_environment_are_named_and_quoted_ones_are_text() -> None:
    (only,) = commands("x=1; curl \"$HOST/a\" ${TOKEN} '$no' \\$no ${D:-1} $x | awk '{print $5}'")
    assert only.variables == ("HOST", "TOKEN")


@pytest.mark.parametrize("text", ["cd /srv/app", "export A=1", "source env.sh"])
def test_what_changes_only_its_own_shell_is_not_run(text: str) -> None:
    assert "shell of your own" in commands(text)[0].refusal


def test_a_directory_change_before_a_command_is_part_of_it() -> None:
    assert commands("cd /srv/app && ls")[0].refusal == ""


def test_a_session_shows_commands_behind_its_prompt_and_no_output() -> None:
    session = "$ uptime\n 12:00 up 3 days\n$ ls \\\n> -l\ntotal 4\n"
    assert texts(session, "console") == ["uptime", "ls \\\n-l"]
    assert texts(session, "") == ["uptime", "ls \\\n-l"]


@pytest.mark.parametrize(("language", "why"), [("sql", "it is sql"), ("", "does not say")])
def test_other_code_is_shown_as_a_whole_and_not_run(language: str, why: str) -> None:
    (only,) = commands("select 1;\nselect 2;", language)
    assert only.text == "select 1;\nselect 2;"
    assert why in only.refusal


def test_output_is_no_command() -> None:
    assert commands("200 OK", "text") == ()


@pytest.mark.parametrize("hidden", ["\u202e", "\x1b[2K", "\u200b", "\r"])
def test_a_command_with_characters_that_are_not_seen_is_not_run(hidden: str) -> None:
    assert "not seen" in commands(f"ls {hidden}x")[0].refusal


def test_the_digest_is_that_of_the_text() -> None:
    (only,) = commands("uptime")
    assert only.digest == "sha256:" + sha256(b"uptime").hexdigest()
    assert commands("uptime ")[0].digest == only.digest
    assert commands("uptime -p")[0].digest != only.digest


def test_a_long_fence_is_read_in_linear_time() -> None:
    assert len(commands("echo 'a\n" * 20_000)) > 0
