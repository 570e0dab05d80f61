import pytest

from runner.model.column_mapping import (
    ColumnPair,
    column_pairs,
    concerning,
    mapped,
    unknown_column,
)
from runner.model.contract import ColumnSpec, DeclaredInput, KeyContract, match_columns
from runner.model.identity import KeyName

LOG = DeclaredInput(
    "log",
    "log",
    ("csv",),
    (ColumnSpec("endpoint", "text", ("path",)), ColumnSpec("user", "text", required=False)),
)
CONTRACT = KeyContract(KeyName("jupyter-a"), "", "", "", (LOG,), (), ())


def test_pairs_stand_between_commas() -> None:
    assert column_pairs(" endpoint = the route,log.user=who=x ,") == (
        ColumnPair("endpoint", "the route"),
        ColumnPair("user", "who=x", "log"),
    )
    assert column_pairs("") == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("endpoint", "`endpoint` is no pair such as endpoint=path"),
        ("=path", "`=path` is no pair"),
        ("endpoint=", "`endpoint=` is no pair"),
        ("endpoint=a, endpoint=b", "`endpoint` is given twice"),
    ],
)
def test_what_is_no_pair_is_told(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        column_pairs(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("endpoint=a", ""),
        ("log.endpoint=a", ""),
        ("endpont=a", "`endpont` is no column; did you mean endpoint?"),
        ("xyz=a", "`xyz` is no column; columns: endpoint, user"),
        ("lag.endpoint=a", "`endpoint` is no column of input `lag`; columns: endpoint, user"),
    ],
)
def test_a_column_that_no_input_has_is_told_with_what_is_meant(text: str, why: str) -> None:
    assert unknown_column(column_pairs(text), (LOG,)) == why


def test_a_mapped_column_is_found_under_its_new_name_and_no_other() -> None:
    log = mapped(LOG, column_pairs("endpoint=route, user=who"))

    assert match_columns(log.columns, ("path", "Route", "who")) == (
        {"endpoint": "Route", "user": "who"},
        (),
        (),
    )
    assert match_columns(log.columns, ("endpoint", "path"))[1] == ("endpoint", "user")
    both = match_columns(log.columns, ("endpoint", "route", "who"))[0]
    assert both["endpoint"] == "route"  # so that a KEY groups by what one chooses


def test_a_key_gets_the_pairs_that_concern_it() -> None:
    assert concerning(CONTRACT, "endpoint=a, status=b, other.user=c") == "endpoint=a"
