"""For programs: a JSON array of diagnostics."""

import json

from runner.report.diagnostics import diagnostics_json
from runner.report.lint_formats.linted import Linted


def plain_json(linted: Linted) -> str:
    """Code, severity, message, path, place and help of every diagnostic."""
    objects = [
        found
        for document in linted.documents
        for found in diagnostics_json(document.source, document.diagnostics)
    ]
    return json.dumps(objects, indent=2, ensure_ascii=False) + "\n"
