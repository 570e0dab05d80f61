import xml.etree.ElementTree as ET
from itertools import pairwise

import duckdb
import pytest

from runner import kit
from runner.kit.charts import ChartSpec
from runner.kit.drawing import svg

SVG = "{http://www.w3.org/2000/svg}"
HOURS = "select timestamp '2026-11-22' + interval (h) hour as hour, h % 5 as failures, "


def chart(kind: str, query: str = f"{HOURS} 'a' as kind from range(24) t(h)") -> ChartSpec:
    rows = duckdb.connect().sql(query)
    if kind == "ranking":
        return kit.bars(rows, "kind", "failures")
    if kind == "heat":
        return kit.heat(rows, "hour", "kind", "failures")
    if kind == "histogram":
        return kit.histogram(rows, "failures", "failures")
    draw = kit.bars if kind == "bars" else kit.lines
    return draw(rows, "hour", "failures", title="F < 1 & 2")


KINDS = ("bars", "lines", "ranking", "heat", "histogram")


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_a_still_one_with_words_for_those_who_do_not_see_it(kind: str) -> None:
    root = ET.fromstring(chart(kind).svg)

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert "highest" in str(root.findtext(f"{SVG}desc")) or kind == "ranking"
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        *("svg", "title", "desc", "style", "line", "text", "rect", "path", "circle")
    }
    assert not [
        name for node in root.iter() for name in node.attrib if "href" in name or name[:2] == "on"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_are_drawn_as_no_data(kind: str) -> None:
    empty = f"{HOURS} 'a' as kind from range(0) t(h)"

    assert ">no data<" in chart(kind, empty).svg


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_the_data_stay_words(kind: str) -> None:
    query = f"{HOURS} '<script>\x1b[2J' as kind from range(24) t(h)"

    assert "<script" not in chart(kind, query).svg
    assert "\x1b" not in chart(kind, query).svg


def test_the_same_rows_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = chart("bars")
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    assert chart("bars") == first


def test_a_line_breaks_where_it_has_no_value() -> None:
    gap = "select timestamp '2026-11-22' + interval (h) hour as hour, "
    gap += "case when h <> 5 then h end as failures from range(12) t(h)"

    assert chart("lines", gap).svg.count("<path") == 2


UNKNOWN = "select timestamp '2026-11-22' + interval (h) hour as hour, case when h <> 5 then h % 5 "
UNKNOWN += "end as failures, 'k' || h as kind from range(12) t(h)"


def test_a_bar_without_a_value_is_shown_as_no_data_and_a_zero_is_not() -> None:
    root = ET.fromstring(chart("bars", UNKNOWN).svg)

    said = [str(node.text) for node in root.iter(f"{SVG}title")]
    assert [words for words in said if "no data" in words] == [
        "22 Nov 2026 05:00 UTC: no data",
        "no data",
    ]
    assert "no data" not in chart("bars").svg


def test_a_name_without_a_value_comes_last_and_says_so() -> None:
    root = ET.fromstring(chart("ranking", UNKNOWN).svg)

    words = [str(node.text) for node in root.iter(f"{SVG}text")]
    assert words[-2:] == ["k5", "no data"]
    assert words.count("0") == 2


def test_stacked_bars_reach_the_sum() -> None:
    rows = f"{HOURS} k as kind from range(1) t(h), (values ('a'), ('b')) u(k)".replace("h % 5", "4")

    svg = kit.bars(duckdb.connect().sql(rows), "hour", "failures", stack="kind").svg

    tops = [float(n.get("y", "")) for n in ET.fromstring(svg).iter(f"{SVG}rect")][-2:]
    heights = [float(n.get("height", "")) for n in ET.fromstring(svg).iter(f"{SVG}rect")][-2:]
    assert tops[0] - tops[1] == pytest.approx(heights[1], abs=0.2)


def test_a_bar_of_less_than_nothing_hangs_from_zero() -> None:
    query = (
        "select timestamp '2026-11-22' + interval (h) hour as hour, kind, amount from (values "
        "(0, 'use', 4), (0, 'credit', -2), (0, 'refund', -1), (1, 'use', -3)) t(h, kind, amount)"
    )
    root = ET.fromstring(kit.bars(duckdb.connect().sql(query), "hour", "amount", stack="kind").svg)

    drawn = [box for box in root.iter(f"{SVG}rect") if "00 UTC" in str(box.findtext(f"{SVG}title"))]
    spans = [
        (float(b.get("y", 0)), float(b.get("y", 0)) + float(b.get("height", 0))) for b in drawn
    ]
    (up, zero), below, (credit, end), (refund, _) = spans
    assert up < zero
    assert below[0] == credit == zero
    assert refund == end


@pytest.mark.parametrize("hours", [5, 24, 25, 47, 168])
def test_labels_below_an_axis_do_not_touch(hours: int) -> None:
    root = ET.fromstring(chart("bars", f"{HOURS} 'a' as kind from range({hours}) t(h)").svg)
    below = max(float(str(node.get("y"))) for node in root.iter(f"{SVG}text"))
    rows = [n for n in root.iter(f"{SVG}text") if below - 20 < float(str(n.get("y"))) < below]
    spans = []
    for node in rows:
        at, long = float(str(node.get("x"))), len(str(node.text)) * svg.LETTER
        begins = {"middle": at - long / 2, "end": at - long}[str(node.get("text-anchor"))]
        spans.append((begins, begins + long))
    assert len(spans) > 2
    assert all(left[1] <= right[0] for left, right in pairwise(sorted(spans)))


def test_failures_are_red_whatever_stands_beside_them() -> None:
    assert svg.places(["error", "info", "warning"]) == (2, 0, 1)
    assert svg.places(["p50", "p95", "p99"]) == (0, 1, 2)
    assert len({*svg.places([str(n) for n in range(12)])}) == 12


def test_lines_of_the_same_colour_have_other_dashes() -> None:
    assert svg.path([(0, 0), (1, 1)], 0) != svg.path([(0, 0), (1, 1)], 8)


def test_names_of_hours_below_a_heat_table_do_not_touch() -> None:
    root = ET.fromstring(chart("heat", f"{HOURS} 'a' as kind from range(24) t(h)").svg)
    names = [node for node in root.iter(f"{SVG}text") if str(node.text).startswith("22 Nov")]
    starts = [float(str(node.get("x"))) for node in names]
    long = len(str(names[0].text)) * svg.LETTER

    assert len(names) > 2
    assert all(right - left > long for left, right in pairwise(starts))


def test_a_histogram_of_logarithms_names_the_numbers() -> None:
    rows = duckdb.connect().sql("select n / 5 as log10_of_ms, 3 as runs from range(10, 16) t(n)")
    root = ET.fromstring(kit.histogram(rows, "log10_of_ms", "runs", unit_of_log="ms").svg)

    words = [str(node.text) for node in root.iter(f"{SVG}text")]
    assert [word for word in words if word in ("100", "200", "500", "1,000", "ms")] == [
        *("100", "200", "500", "1,000", "ms")
    ]
    assert any("398.1" in str(node.text) for node in root.iter(f"{SVG}title"))
