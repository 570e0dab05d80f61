import duckdb

from runner.kit.query_shapes import add_fingerprints


def test_statements_get_the_fingerprint_of_their_group() -> None:
    con = duckdb.connect()
    con.execute(
        "create table log (n integer, statement varchar, dialect varchar, query_id varchar)"
    )
    rows = [
        (1, "select * from t where id = 1", "postgres", None),
        (2, "SELECT * FROM t WHERE id = 22", "postgres", None),
        (3, 'select "x" from t', "mysql", None),
        (4, 'select "x" from t', "postgres", None),
        (5, "select 1", None, "-42"),
        (6, "select 2 as other", None, "-42"),
    ]
    con.executemany("insert into log values (?, ?, ?, ?)", rows)

    assert add_fingerprints(con, "log", "shaped") == 4

    assert con.execute("select n, fingerprint from shaped order by n").fetchall() == [
        (1, "select * from t where id = ?"),
        (2, "select * from t where id = ?"),
        (3, "select ? from t"),
        (4, "select x from t"),
        (5, "select ?"),
        (6, "select ?"),
    ]


def test_a_log_without_statements_has_no_fingerprints() -> None:
    con = duckdb.connect()
    con.execute("create table log (statement varchar, dialect varchar, query_id varchar)")

    assert add_fingerprints(con, "log", "shaped") == 0
    assert con.execute("select count(*) from shaped").fetchall() == [(0,)]
