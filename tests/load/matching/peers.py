"""The libraries that the engine is measured against. Each may be missing; then its bars say so."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def _found(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def _threatexchange() -> Any:
    """The library's PDQ index. Its package imports its hasher, `pdqhash`, of which there is no wheel; the index does
    not use it, so that an empty module stands in for it."""
    if _found("pdqhash") is None:
        sys.modules["pdqhash"] = ModuleType("pdqhash")
    return _found("threatexchange.signal_type.pdq.pdq_index")


faiss = _found("faiss")
threatexchange = _threatexchange() if faiss else None
ahocorasick = _found("ahocorasick")

if faiss:
    faiss.omp_set_num_threads(1)


def missing() -> list[str]:
    peers = {"faiss-cpu": faiss, "threatexchange": threatexchange, "pyahocorasick": ahocorasick}
    return [name for name, module in peers.items() if module is None]
