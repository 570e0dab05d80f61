"""`papermill … --engine runbook`: our execution for those who call papermill themselves.

papermill imports this module while it imports itself, in every process that uses it. So it imports
nothing but papermill's engines, and what it needs comes when a notebook is executed.
"""

from typing import Any

from papermill.engines import NBClientEngine


class RunbookEngine(NBClientEngine):  # type: ignore[misc]
    """Executes a notebook for papermill, on a kernel of ours where it is one of Python.

    Options beyond papermill's are the names of `Limits`; there are no limits by default.
    """

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        """Execute the parameterised notebook; what papermill does with its engine's answer stays.

        A kernel other than ours is executed as papermill does it.
        """
        from runner.keys.called_by_papermill import execute, is_ours

        if not is_ours(kernel_name):
            return super().execute_notebook(nb, kernel_name, **options)
        return execute(nb, options)
