"""Copies of inputs hold no secret and no value of a redacted column, and are otherwise the same."""

import gzip
import io
import json
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from runner.errors import InvalidInput
from runner.keys.column_tokens import ColumnRule
from runner.keys.inputs import stage_input
from runner.keys.screening import Screen
from runner.model.contract import DeclaredInput
from runner.model.results import Redaction, StagedInput

LIVE = "sk_live_" + "a1B2" * 6
EMAIL = (ColumnRule("email", ("email", "user.email")),)
TABLE = DeclaredInput("log", "log", ("csv", "jsonl", "json", "parquet"), ())
ROOT = Path(__file__).parents[2]


def staged(tmp_path: Path, content: bytes, screen: Screen, name: str = "log.csv") -> StagedInput:
    origin = tmp_path / name
    origin.write_bytes(content)
    (tmp_path / "run").mkdir(exist_ok=True)
    given = stage_input("log", origin, tmp_path / "run", screen=screen)
    kept = (tmp_path / "run" / given.file).read_bytes()
    assert given.digest == "sha256:" + sha256(kept).hexdigest()
    assert given.size == len(kept)
    assert given.given_digest == "sha256:" + sha256(content).hexdigest()
    return given


def kept(tmp_path: Path, content: bytes, screen: Screen, name: str = "log.csv") -> bytes:
    return (tmp_path / "run" / staged(tmp_path, content, screen, name).file).read_bytes()


def columns(*rules: ColumnRule, key: bytes = b"k") -> Screen:
    return Screen({}, rules or EMAIL, key, TABLE)


def token(value: str, key: bytes = b"k") -> str:
    return "redacted-" + sha256(key + value.encode()).hexdigest()[:16]


def write_parquet(file: Path, select: str) -> None:
    duckdb.connect().execute(f"copy ({select}) to '{file}' (format parquet)")


ADA, BOB = token("ada@x.org"), token("bob@x.org")


def test_an_input_without_secrets_is_copied_as_it_is(tmp_path: Path) -> None:
    content = b"time,id\r\n2026-01-01,evt_1\r\n" + bytes(range(128, 256))
    given = staged(tmp_path, content, Screen({"token": "not-in-there"}))
    assert given.original_digest == ""
    assert given.redactions == ()
    assert (tmp_path / "run" / given.file).read_bytes() == content


def test_a_secret_in_an_input_is_masked_and_counted(tmp_path: Path) -> None:
    content = f"id,key\n1,{LIVE}\n2,{LIVE}\n3,hunter-two\n".encode()
    given = staged(tmp_path, content, Screen({"token": "hunter-two"}))
    text = (tmp_path / "run" / given.file).read_text()
    assert text == ("id,key\n1,[masked: stripe-key]\n2,[masked: stripe-key]\n3,[masked: token]\n")
    assert given.redactions == (Redaction("token", 1), Redaction("stripe-key", 2))
    assert given.original_size == len(content)


def test_a_secret_between_two_chunks_of_a_large_input_is_masked(tmp_path: Path) -> None:
    line = b"2026-11-25T10:00:00Z,evt_1NG8Du2eZvKYlo2CUI79vXWy,200\n"
    filler = line * ((1 << 20) // len(line) - 1)
    content = filler + b"x" * ((1 << 20) - len(filler) - 9) + LIVE.join("||").encode() + filler * 2
    assert LIVE[:8].encode() in content[: 1 << 20]
    assert LIVE.encode() not in content[: 1 << 20]
    out = kept(tmp_path, content, Screen({}))
    assert out == content.replace(LIVE.encode(), b"[masked: stripe-key]")


CSVS = {
    "quotes and newlines": (
        'id,"E-Mail",note\r\n1,ada@x.org,"a ""b"", c\r\nd"\r\n2,"bob@x.org",\r\n',
        f'id,"E-Mail",note\r\n1,{ADA},"a ""b"", c\r\nd"\r\n2,{BOB},\r\n',
    ),
    "quoted with comma": ('email,id\n"ada@x.org, x",1', f"email,id\n{token('ada@x.org, x')},1"),
    "semicolons": ("id;email\n1; ada@x.org \n2;\n3;  \n", f"id;email\n1;{ADA}\n2;\n3;  \n"),
    "byte order mark": ("\ufeffemail,id\nada@x.org,1\n", f"\ufeffemail,id\n{ADA},1\n"),
    "carriage returns": ("email\tid\rada@x.org\t1\r", f"email\tid\r{ADA}\t1\r"),
    "twice": ("email,EMAIL\nada@x.org,bob@x.org\n", f"email,EMAIL\n{ADA},{BOB}\n"),
    "too many fields": (
        "id,email\n1,ada@x.org,bob@x.org\n",
        f"id,email\n{token('1')},{ADA},{BOB}\n",
    ),
    "a quote within a value": ('id,email\n1"2,ada@x.org\n', f'id,email\n1"2,{ADA}\n'),
    "blank lines": ("id,email\n\n1,ada@x.org\n\n", f"id,email\n\n1,{ADA}\n\n"),
}


@pytest.mark.parametrize(("given", "wanted"), CSVS.values(), ids=CSVS)
def test_columns_of_csv_are_replaced_and_nothing_else(
    tmp_path: Path, given: str, wanted: str
) -> None:
    rule = ColumnRule("email", ("email", "e-mail"))
    assert kept(tmp_path, given.encode(), columns(rule)).decode() == wanted


JSONS = {
    "lines": (
        '{"id": 1.10, "email": "ada@x.org"}\n\n{"EMAIL":null,"id":12345678901234567890}\n',
        f'{{"id": 1.10, "email": "{ADA}"}}\n\n{{"EMAIL":null,"id":12345678901234567890}}\n',
    ),
    "a wrapped export": (
        '{\n "data": [\n  {"user": {"email" : "ada@x.org", "n": "email"}}\n ]\n}',
        f'{{\n "data": [\n  {{"user": {{"email" : "{ADA}", "n": "email"}}}}\n ]\n}}',
    ),
    "values of other kinds": (
        '{"email": ["ada@x.org"], "a": {"email": 17, "e": "\\u0065"}}\n',
        f'{{"email": "{token(json.dumps(["ada@x.org"]))}", '
        f'"a": {{"email": "{token("17")}", "e": "\\u0065"}}}}\n',
    ),
    "escaped names": ('{"\\u0065mail": "\\u0061da@x.org"}', f'{{"\\u0065mail": "{ADA}"}}'),
    "a line that is broken": (
        '{"email": "ada@x.org"}\n{"email": "bob@x.or\n{"email": ""}\n',
        f'{{"email": "{ADA}"}}\n"{token(chr(123) + chr(34) + "email" + chr(34) + ": " + chr(34))}',
    ),
}


@pytest.mark.parametrize(("given", "wanted"), list(JSONS.values())[:4], ids=list(JSONS)[:4])
def test_fields_of_json_are_replaced_and_nothing_else(
    tmp_path: Path, given: str, wanted: str
) -> None:
    assert kept(tmp_path, given.encode(), columns(), "log.json").decode() == wanted


def test_a_line_that_is_no_json_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = kept(tmp_path, b'{"email": "ada@x.org"}\n{"email": "bob@x.or\n{"id": 1}\n', columns())
    first, second, third = out.decode().splitlines()
    assert json.loads(first) == {"email": ADA}
    assert json.loads(second).startswith("redacted-")
    assert json.loads(third) == {"id": 1}


def test_the_same_value_has_the_same_token_in_every_format(tmp_path: Path) -> None:
    parquet = tmp_path / "made.parquet"
    write_parquet(parquet, "select ' ada@x.org' as email, 1 as n")
    for name, content in (
        ("a.csv", b"email,n\nada@x.org,1\n"),
        ("b.jsonl", b'{"email":"ada@x.org"}\n'),
        ("c.csv.gz", gzip.compress(b"email,n\nada@x.org,1\n")),
        ("d.csv", "email,n\nada@x.org,1\n".encode("utf-16")),
        ("e.parquet", parquet.read_bytes()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        given = staged(folder, content, columns(), name)
        file = folder / "run" / given.file
        read = gzip.decompress(file.read_bytes()) if name.endswith("gz") else file.read_bytes()
        if name.endswith("parquet"):
            rows = duckdb.connect().execute(f"select email from read_parquet('{file}')")
            read = str(rows.fetchall()).encode()
        assert ADA.encode() in read
        assert b"ada@" not in read
        assert given.redactions == (Redaction("column email", 1),)


def test_without_the_key_a_token_says_nothing(tmp_path: Path) -> None:
    out = kept(tmp_path, b"email\nada@x.org\n", columns(key=b"other"))
    assert ADA.encode() not in out


def test_secrets_and_columns_are_found_in_one_input(tmp_path: Path) -> None:
    given = staged(tmp_path, f"email,x\nada@x.org,{LIVE}\n".encode(), columns())
    assert given.redactions == (Redaction("column email", 1), Redaction("stripe-key", 1))


def test_a_secret_in_a_compressed_or_wide_input_is_masked(tmp_path: Path) -> None:
    text = f"id,key\n1,{LIVE}\n"
    packed = kept(tmp_path, gzip.compress(text.encode()), Screen({}), "log.csv.gz")
    assert gzip.decompress(packed).decode() == "id,key\n1,[masked: stripe-key]\n"
    assert kept(tmp_path, text.encode("utf-16"), Screen({}), "wide.csv").decode() == (
        "id,key\n1,[masked: stripe-key]\n"
    )


def test_the_name_of_a_file_is_masked_too(tmp_path: Path) -> None:
    given = staged(tmp_path, b"id\n1\n", Screen({}), f"{LIVE}.csv")
    assert given.file == "inputs/log/[masked: stripe-key].csv"


def zst(tmp_path: Path, text: str) -> bytes:
    file = tmp_path / "made.zst"
    duckdb.sql(
        f"copy (select unnest(string_split('{text}', ';')) as id) to '{file}' (compression zstd)"
    )
    return file.read_bytes()


def parquet(tmp_path: Path, text: str) -> bytes:
    file = tmp_path / "made.parquet"
    write_parquet(file, f"select '{text}' as note, 1 as n")
    return file.read_bytes()


def test_what_cannot_be_redacted_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    cases = [
        (zst(tmp_path, LIVE), Screen({}), "it holds a secret (stripe-key), and is a zst file"),
        (zst(tmp_path, "1"), columns(), "it is zst, in which columns cannot be replaced"),
        (
            parquet(tmp_path, LIVE),
            Screen({}),
            "it holds a secret (stripe-key), and is a Parquet file",
        ),
        (
            parquet(tmp_path, "hunter-two"),
            Screen({"token": "hunter-two"}),
            "it holds a secret (token), and is a Parquet file",
        ),
        (
            b'email,x\n"ada@x.org,1\n',
            columns(),
            'a quote (") is opened and never closed, or stands within a value',
        ),
        (b'[{"email": "ada@x.org"}, {', columns(), "it is broken JSON"),
        (
            b"Nov 25 10:00:00 web sshd[1]: for ada@x.org\n" * 9,
            Screen({}, EMAIL, b"k", DeclaredInput("log", "log", ("syslog",))),
            "it is syslog, which has no columns before it is read",
        ),
        (gzip.compress(b"email\nada@x.org")[:-4], columns(), "its gzip data are broken: "),
    ]
    for content, screen, why in cases:
        with pytest.raises(InvalidInput) as refused:
            staged(tmp_path, content, screen, "log.bin")
        assert f"input log: {tmp_path}/log.bin cannot be kept: {why}" in refused.value.happened
        assert [p for p in (tmp_path / "run").rglob("*") if p.is_file()] == []


def test_clean_zst_and_parquet_are_kept_as_they_are(tmp_path: Path) -> None:
    for name, content in (("a.zst", zst(tmp_path, "1;2")), ("a.parquet", parquet(tmp_path, "x"))):
        given = staged(tmp_path, content, Screen({"token": "hunter-two"}), name)
        assert given.original_digest == ""


def test_a_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    rules = (*EMAIL, ColumnRule("phone", ("phone",)), ColumnRule("fax", ("fax",), False))
    for name, content in (("a.csv", b"email\na\n"), ("b.json", b'{"email": "a"}')):
        assert staged(tmp_path, content, columns(*rules), name).absent == ("phone",)


def test_a_stream_is_masked_while_it_is_copied() -> None:
    from runner.keys.screening import fill

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    for content, screen, wanted in (
        (f"id\n{LIVE}\n".encode(), Screen({}), b"id\n[masked: stripe-key]\n"),
        (b"email\nada@x.org\n", columns(), f"email\n{ADA}\n".encode()),
        (b"id\n" * 100_000, Screen({}), b"id\n" * 100_000),
    ):
        with (Path("/dev/shm") / "screening-test").open("w+b", buffering=0) as copy:
            filled = fill(Pipe(content), copy, screen)
            copy.seek(0)
            assert copy.read() == wanted
        assert filled.size == len(wanted)
        assert (filled.original_digest == "") == (content == wanted)
    (Path("/dev/shm") / "screening-test").unlink()


def test_no_sample_that_is_shipped_is_changed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    samples = [f for f in (ROOT / "jupyter-keys").glob("*/samples/*") if f.suffix != ".toml"]
    assert len(samples) > 50
    for number, sample in enumerate(samples):
        if sample.is_file() and sample.stat().st_size:
            given = stage_input(f"s{number}", sample, tmp_path / "run")
            assert (sample, given.redactions, given.original_digest) == (sample, (), "")
