"""A proxy before the engine's socket that writes down every request and can play tricks.

`trick` is asked for each request line ("POST /containers/web-1/restart?t=0", no version):
`hold`: stop before the engine gets it; `forward`: let the engine have it, and withhold the answer;
`cut`: let the engine have it and hang up; `refuse`: hang up before it. `held` is set when it came.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

Trick = Callable[[str], str | None]


def no_trick(_line: str) -> str | None:
    return None


class RecordingProxy:
    def __init__(self, listen: Path, upstream: Path) -> None:
        self.host = f"unix://{listen}"
        self.seen: list[str] = []
        self.trick: Trick = no_trick
        self.held = threading.Event()
        self.release = threading.Event()
        self._upstream = str(upstream)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(listen))
        self._server.listen(32)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def changes(self) -> list[str]:
        """What was asked that is not reading."""
        return [line for line in self.seen if not line.startswith(("GET", "HEAD"))]

    def close(self) -> None:
        self.release.set()
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX)
        mute = threading.Event()
        with client, engine, contextlib.suppress(OSError):
            engine.connect(self._upstream)
            threading.Thread(target=_pump, args=(engine, client, mute), daemon=True).start()
            reader = client.makefile("rb")
            while request := _request(reader):
                line = _plain(request)
                self.seen.append(line)
                self._pass_on(line, request, engine, mute)

    def _pass_on(
        self, line: str, request: bytes, engine: socket.socket, mute: threading.Event
    ) -> None:
        what = self.trick(line)
        if what in {"forward", "cut"}:
            mute.set()
        if what == "refuse":
            raise ConnectionAbortedError(line)
        if what == "hold":
            self.held.set()
            self.release.wait(20)
            raise ConnectionAbortedError(line)
        engine.sendall(request)
        if what is not None:
            self.held.set()
        if what == "forward":
            self.release.wait(20)
        if what in {"forward", "cut"}:
            raise ConnectionAbortedError(line)


def _request(reader) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline()
        if not line:
            return b""
        head += line
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return head + (reader.read(int(length[1])) if length else b"")


def _plain(request: bytes) -> str:
    method, path, _ = request.split(b"\r\n", 1)[0].decode().split(" ")
    return f"{method} {re.sub(r'^/v[0-9.]+', '', path)}"


def _pump(engine: socket.socket, client: socket.socket, mute: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while data := engine.recv(65536):
            if not mute.is_set():
                client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)
