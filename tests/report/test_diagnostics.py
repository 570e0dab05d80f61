from runner.model.diagnostics import Diagnostic, Severity
from runner.model.source import SourceText, Span
from runner.report.diagnostics import diagnostics_concise, diagnostics_json, diagnostics_text
from runner.report.style import ANSI

TEXT = "# A runbook\n\n- **If Signature Faults**: See Action 1\n"


def found(text: str, meant: str, hint: str = "") -> tuple[SourceText, Diagnostic]:
    start = text.index(meant)
    span = Span(start, start + len(meant))
    message = f'"{meant}" is no output of KEY jupyter-webhook-event-analysis'
    return (
        SourceText("runbooks/webhook-failures.md", text),
        Diagnostic("RB104", Severity.WARNING, message, span, hint),
    )


def test_a_diagnostic_is_printed_with_its_line_and_carets() -> None:
    source, diagnostic = found(TEXT, "Signature Faults", "it publishes signature_errors")

    assert diagnostics_text(source, [diagnostic]) == (
        'RB104 "Signature Faults" is no output of KEY jupyter-webhook-event-analysis\n'
        " --> runbooks/webhook-failures.md:3:8\n"
        "  |\n"
        "3 | - **If Signature Faults**: See Action 1\n"
        "  |        ^^^^^^^^^^^^^^^^\n"
        "  |\n"
        "help: it publishes signature_errors\n"
    )


def test_carets_stand_under_wide_characters_and_behind_tabs() -> None:
    source, diagnostic = found("\t日本 Signature Faults", "Signature Faults")
    line, carets = diagnostics_text(source, [diagnostic]).splitlines()[3:5]

    assert line == "1 |     日本 Signature Faults"
    assert carets == "  |          ^^^^^^^^^^^^^^^^"


def test_an_empty_span_gets_one_caret_at_its_place() -> None:
    source, _ = found(TEXT, "#")
    at_the_end = Diagnostic("RB001", Severity.ERROR, "nothing here", Span(len(TEXT), len(TEXT)))

    assert diagnostics_text(source, [at_the_end]).splitlines()[-1] == "  | ^"


def test_a_span_over_several_lines_marks_the_first() -> None:
    source, diagnostic = found(TEXT, "Signature Faults**: See Action 1\n")
    carets = diagnostics_text(source, [diagnostic]).splitlines()[4]

    assert carets == "  |        " + "^" * len("Signature Faults**: See Action 1")


def test_of_a_very_long_line_the_part_around_the_place_is_shown() -> None:
    source, diagnostic = found("x" * 5000 + " Faults " + "y" * 5000, "Faults")
    text = diagnostics_text(source, [diagnostic])

    assert max(len(line) for line in text.splitlines()) < 200
    assert " Faults y" in text


def test_the_concise_form_is_one_line_each() -> None:
    source, diagnostic = found(TEXT, "Signature Faults")

    assert (
        diagnostics_concise(source, [diagnostic, diagnostic]).splitlines()
        == [
            'runbooks/webhook-failures.md:3:8: RB104 "Signature Faults" is no output of KEY '
            "jupyter-webhook-event-analysis"
        ]
        * 2
    )


def test_the_json_form_names_place_and_severity() -> None:
    source, diagnostic = found(TEXT, "Signature Faults")
    plain = diagnostics_json(source, [diagnostic])[0]

    assert (plain["code"], plain["severity"]) == ("RB104", "warning")
    assert (plain["line"], plain["column"], plain["end_column"]) == (3, 8, 24)


def test_hostile_source_draws_nothing_and_carets_still_fit() -> None:
    source, diagnostic = found("\x1b[2J\u202e Faults\x07", "Faults")
    text = diagnostics_text(source, [diagnostic], ANSI).replace("\x1b[", "")
    line, carets = diagnostics_text(source, [diagnostic]).splitlines()[3:5]

    assert [c for c in "\x1b\u202e\x07" if c in text] == []
    assert line.index("Faults") == carets.index("^")
