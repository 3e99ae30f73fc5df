"""The layers of docs/architecture.md hold; import-linter reads the contracts in pyproject.toml."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_run_one_way():
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
