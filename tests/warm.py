"""The command `numguard` for tests: each call is a process of its own, forked from one that has imported everything.

To start Python and import numguard takes most of a second, of which a test has no use. `NUMGUARD` is a program that
hands its arguments, folder, environment and standard streams to a process that waits with everything imported; this
forks, and the child runs the command and ends as any other process. Not for what concerns the start itself, a signal,
or a variable that Python reads when it starts: those use `COLD`.
"""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

__all__ = ["COLD", "NUMGUARD", "numguard"]

COLD = (sys.executable, "-m", "numguard")

#: Started without the packages of the environment, in some milliseconds; it needs none.
CLIENT = """
import json, os, socket, sys

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
    server.connect(sys.argv[1])
    asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(asked)
    for stream in (0, 1, 2):
        os.close(stream)
    code = int.from_bytes(server.recv(1) or b"\\x46", "big")
os._exit(code)
"""


def serve(path: str) -> list[str]:
    """Forks for each call, until the standard input ends; in the child, gives the arguments of its command."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(64)
    os.write(1, b"ready\n")
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        ready, _, _ = select.select([0, listener, *running], [], [])
        if 0 in ready:
            os._exit(0)
        for ended in running.keys() & ready:
            child, client = running.pop(ended)
            _, status = os.waitpid(child, 0)
            os.close(ended)
            with client:
                # As a shell shows a process that a signal ended.
                code = os.waitstatus_to_exitcode(status)
                client.sendall(bytes([code if code >= 0 else 128 - code]))
        if listener in ready:
            client, _ = listener.accept()
            size, streams, _, _ = socket.recv_fds(client, 8, 3)
            asked = client.makefile("rb").read(int.from_bytes(size, "big"))
            child = os.fork()
            if child == 0:
                for other in (*running, listener.detach(), client.detach()):
                    os.close(other)
                return become(asked, streams)
            for stream in streams:
                os.close(stream)
            running[os.pidfd_open(child)] = child, client


def become(asked: bytes, streams: list[int]) -> list[str]:
    """Takes the folder, the environment and the streams of a call; gives its arguments."""
    arguments, folder, environment = json.loads(asked)
    for at, stream in enumerate(streams):
        os.dup2(stream, at)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # As Python opens them: those of this process know of its own streams whether they are files.
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    for at, name in enumerate(("stdin", "stdout", "stderr")):
        was, buffering = getattr(sys, name), 0 if at and at_once else -1
        raw = open(at, "wb" if at else "rb", buffering, closefd=False)  # noqa: SIM115
        by_line = name == "stderr" or raw.isatty()
        now = io.TextIOWrapper(raw, was.encoding, was.errors, line_buffering=by_line, write_through=at > 0 and at_once)
        setattr(sys, name, now)
        setattr(sys, f"__{name}__", now)
    return list(arguments)


def main() -> None:
    """The process that waits; in each of its children, the command."""
    sys.argv = ["numguard"]  # by which the package knows the command line
    import importlib
    import pkgutil

    from numguard import cli

    for module in pkgutil.iter_modules(cli.__path__):
        importlib.import_module(f"numguard.cli.{module.name}")
    gc.freeze()
    arguments = serve(sys.orig_argv[-1])
    sys.argv = ["numguard", *arguments]
    code = 1
    try:
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    # As Python ends, but without freeing each module.
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def start() -> tuple[str, ...]:
    """Starts the process that waits; the program that calls it."""
    if not hasattr(os, "pidfd_open"):
        return COLD
    folder = Path(tempfile.mkdtemp(prefix="numguard-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = str(folder / "socket")
    waiting = subprocess.Popen([sys.executable, __file__, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert waiting.stdin is not None
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == b"ready\n"
    # It ends when its standard input does, as it also does if this process is killed.
    atexit.register(waiting.communicate)
    return (sys.executable, "-S", "-I", "-c", CLIENT, path)


def numguard(*arguments: object, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command; with variables of its own, in a Python that starts with them."""
    return subprocess.run(
        [*(COLD if environment else NUMGUARD), *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


if __name__ == "__main__":
    main()
else:
    NUMGUARD = start()
