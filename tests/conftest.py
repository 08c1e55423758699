"""Fixtures that several test files share: one server for all of them."""

import signal

from registry_cases import cli, desk, registry
from registry_stores import leave_schemas, postgres, store

__all__ = ["cli", "desk", "leave_schemas", "postgres", "registry", "store"]

# A shell that starts a run in the background has it ignore Ctrl-C, and then what waits for one never ends.
signal.signal(signal.SIGINT, signal.default_int_handler)
