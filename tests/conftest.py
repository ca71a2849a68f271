import importlib.util
import os

# Several workers share few cores: PyTorch with as many threads as cores in each is far slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Loaded while a worker is young: importing the compiler of PyTorch 2.15 after the contract tests ends
# the process (the cause was not found).
if importlib.util.find_spec("torch"):
    importlib.import_module("torch._dynamo")

import pytest
from hypothesis import settings

# A shared machine has slow moments, which say nothing of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run slow tests last, so that a quick failure shows quickly."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
