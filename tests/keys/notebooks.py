"""Notebooks as other people write them, each named after the oddity it holds."""

from typing import Any

Tree = dict[str, Any]


def code(source: str, *tags: str, **more: Any) -> Tree:
    """A code cell of notebook format 4.4, which has no ids."""
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
        **more,
    }


def text(source: str, kind: str = "markdown", **more: Any) -> Tree:
    """A cell that is not code."""
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(*cells: Tree, minor: int = 4, metadata: Tree = PYTHON) -> Tree:
    """A notebook of format 4."""
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": list(cells)}


def format_3(*sources: str) -> Tree:
    """A notebook of format 3, with worksheets."""
    cells = [
        {"cell_type": "code", "language": "python", "input": source, "outputs": [], "metadata": {}}
        for source in sources
    ]
    heading: Tree = {"cell_type": "heading", "level": 2, "source": "Heading", "metadata": {}}
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "", **PYTHON},
        "worksheets": [{"cells": [heading, *cells], "metadata": {}}],
    }


_WIDGET = """
from comm import create_comm
state = {"_model_name": "IntSliderModel", "_model_module": "@jupyter-widgets/controls",
         "_model_module_version": "2.0.0", "value": 7}
slider = create_comm(target_name="jupyter.widget", comm_id="a1", data={"state": state})
slider.send(data={"method": "update", "state": {"value": 8}})
"""
_IPYWIDGETS = """
import ipywidgets
from IPython.display import display
slider = ipywidgets.IntSlider(value=3, description="days")
printed = ipywidgets.Output()
button = ipywidgets.Button(description="go")
button.on_click(lambda _: print("clicked"))
with printed:
    print("inside")
display(ipywidgets.VBox([slider, printed]))
slider.observe(lambda change: print("moved to", change["new"]), "value")
"""
_RICH = """
from IPython.display import HTML, JSON, Image, Latex, Markdown, SVG, display
import base64
dot = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
for shown in (HTML("<b>x</b>"), JSON({"a": [1]}), Latex("$x$"), Markdown("*x*"),
              Image(dot, format="gif"), SVG("<svg xmlns='http://www.w3.org/2000/svg'/>")):
    display(shown)
{"text": "result"}
"""
_UPDATES = """
from IPython.display import display
shown = display("first", display_id="d1")
display("between")
shown.update("second")
"""
_CLEARED = """
from IPython.display import clear_output
print("gone")
clear_output()
print("kept")
clear_output(wait=True)
print("last", end="")
print(" words")
"""
_THREADS = """
import threading
def say(n):
    for line in range(20): print(f"{n} {line}")
threads = [threading.Thread(target=say, args=(n,)) for n in range(3)]
for thread in threads: thread.start(); thread.join()
"""
_BOTH_STREAMS = """
import sys
for n in range(3):
    print("out", n); sys.stdout.flush()
    print("err", n, file=sys.stderr); sys.stderr.flush()
"""

ALL: dict[str, Tree] = {
    "empty": notebook(),
    "blank cells": notebook(code(""), code("  \n"), code("1")),
    "no code": notebook(text("# Title"), text("raw", "raw")),
    "attachments": notebook(
        text("![x](attachment:x.txt)", attachments={"x.txt": {"text/plain": "x"}}), code("1")
    ),
    "source in lines": notebook({**code(""), "source": ["a = 1\n", "a + 1"]}),
    "last value and print": notebook(code("print('a')\n40 + 2"), code("_ + 1")),
    "parameters": notebook(code("limit = 3", "parameters"), code("limit")),
    "parameters twice": notebook(
        code("limit = 3", "parameters"), code("limit += 1", "parameters"), code("limit")
    ),
    "parameters of an earlier execution": notebook(
        code("limit = 3", "parameters"),
        code("# Parameters\nlimit = 99\n", "injected-parameters"),
        code("limit"),
    ),
    "no parameters cell": notebook(code("limit")),
    "skipped": notebook(code("x = 1"), code("x = 2", "skip-execution"), code("x")),
    "skipped that would fail": notebook(code("1 / 0", "skip-execution"), code("2")),
    "tolerated error": notebook(code("1 / 0", "raises-exception"), code("'after'")),
    "tolerated error and another": notebook(
        code("1 / 0", "raises-exception"), code("{}['x']"), code("'never'")
    ),
    "error": notebook(code("x = 1"), code("1 / 0"), code("'never'")),
    "syntax error": notebook(code("def"), code("'never'")),
    "name error": notebook(code("missing")),
    "own exception": notebook(code("class Odd(Exception): pass\nraise Odd('strange\\nlines')")),
    "exit": notebook(code("print('a')"), code("import sys; sys.exit()"), code("'never'")),
    "exit zero": notebook(code("import sys; sys.exit(0)"), code("'never'")),
    "exit one": notebook(code("import sys; sys.exit(1)"), code("'never'")),
    "exit with words": notebook(code("import sys; sys.exit('no data')"), code("'never'")),
    "exit zero tolerated": notebook(
        code("import sys; sys.exit(0)", "raises-exception"), code("'after'")
    ),
    "input": notebook(code("input('name? ')"), code("'never'")),
    "getpass": notebook(code("import getpass; getpass.getpass()"), code("'never'")),
    "line magics": notebook(
        code("%precision 3\n3.14159"), code("%who_ls"), code("%%capture c\nprint('x')"),
        code("c.stdout"),
    ),
    "timing magic": notebook(code("%%time\nx = 1"), code("x")),
    "unknown magic": notebook(code("%no_such_magic"), code("'after'")),
    "shell": notebook(code("!echo from the shell"), code("found = !echo caught\nfound[0]")),
    "failing shell": notebook(code("!exit 3"), code("_exit_code")),
    "bash cell": notebook(code("%%bash\necho one\necho two >&2"), code("'after'")),
    "failing bash cell": notebook(code("%%bash\nexit 3"), code("'never'")),
    "widget": notebook(code(_WIDGET), code("slider.comm_id")),
    "ipywidgets": notebook(
        code(_IPYWIDGETS), code("slider.value = 7"), code("button.click()"),
        code("ipywidgets.interact(lambda n: print('n is', n), n=(0, 9, 2))\nslider.value"),
    ),
    "rich": notebook(code(_RICH)),
    "updates": notebook(code(_UPDATES), code("shown.update('third')")),
    "cleared": notebook(code(_CLEARED)),
    "await": notebook(
        code("import asyncio\nasync def later():\n    await asyncio.sleep(0.01)\n    return 7"),
        code("await later()"),
    ),
    "background task": notebook(
        code("import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(0.01, 'done'))"),
        code("await task"),
    ),
    "threads": notebook(code(_THREADS)),
    "both streams": notebook(code(_BOTH_STREAMS)),
    "warnings": notebook(code("import logging; logging.warning('careful')")),
    "subprocess": notebook(
        code("import subprocess, time\nsubprocess.run(['echo', 'a'], check=True)\ntime.sleep(0.5)")
    ),
    "surrogates and wide characters": notebook(code("print('né 漢 🙂', '\\udc80'.isalpha())")),
    "long line": notebook(code("print('x' * 300_000)")),
    "carriage returns": notebook(code("for n in range(3): print(n, end='\\r')")),
    "format 4.0": notebook(code("1"), minor=0),
    "format 4.1": notebook(code("1"), minor=1),
    "format 4.2": notebook(code("1"), minor=2),
    "format 4.3": notebook(code("1"), minor=3),
    "format 4.5": notebook(code("1", id="a"), code("2", id="b"), minor=5),
    "format 3": format_3("x = 3", "x"),
    "no kernelspec": notebook(code("import sys; print(sys.version_info[0])"), metadata={}),
    "kernelspec without a name": notebook(
        code("1"), metadata={"kernelspec": {"display_name": "Python 3", "language": "python"}}
    ),
    "language info": notebook(
        code("1"), metadata={**PYTHON, "language_info": {"name": "python", "version": "2.7"}}
    ),
    "foreign metadata": notebook(
        code("1"), metadata={**PYTHON, "vscode": {"x": [1]}, "widgets": {}}
    ),
    "already executed": notebook(
        code("1", execution_count=7, outputs=[
            {"output_type": "stream", "name": "stdout", "text": "old"}
        ])
    ),
    "error markers": notebook(text("An Exception was encountered", metadata={
        "tags": ["papermill-error-cell-tag"]}), code("1")),
}  # fmt: skip
"""By oddity. Every one of them is executed by papermill too and has to come out the same."""

WITHOUT_KERNEL = ("no kernelspec", "kernelspec without a name")
"""Those that papermill executes only with a kernel named on its command line."""

NEEDED = {"ipywidgets": "ipywidgets"}
"""What has to be installed for some of them, beyond what the tests bring."""

GIVEN: dict[str, dict[str, Any]] = {
    "parameters": {"limit": 7},
    "parameters twice": {"limit": 7},
    "parameters of an earlier execution": {"limit": 7},
    "no parameters cell": {"limit": 7},
}
"""The parameters that are handed to some of them."""

OFTEN = ("tolerated error and another", "exit zero", "widget", "updates", "cleared", "format 3")
"""Those that every run of the tests executes; the others are long."""
