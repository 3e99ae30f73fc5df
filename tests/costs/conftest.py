"""The tests in this folder run on both databases."""

from both_databases import (  # noqa: F401
    databases,
    pytest_collection_modifyitems,
    pytest_generate_tests,
)
