"""Fixtures that several test files share: one server for all of them."""

from registry_cases import registry
from registry_stores import postgres, store

__all__ = ["postgres", "registry", "store"]
