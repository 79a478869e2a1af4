"""etcd and kube-apiserver on the loopback."""

from __future__ import annotations

import http.client
import http.server
import json
import ssl
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tests.e2e import asking
from tests.e2e.processes import free_ports, started, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.e2e.programs import Programs

USUAL_PORT = 6443
_TO_START = 120.0
_PORT_TAKEN = "address already in use"
_ATTEMPTS = 3


class ServersError(Exception):
    """A server did something that has nothing to do with what is compared."""


@contextmanager
def etcd(programs: Programs, folder: Path) -> Iterator[str]:
    """Run etcd, and give the URL of its clients."""
    client, peer = free_ports(2)
    url = f"http://127.0.0.1:{client}"
    command = [
        programs.etcd,
        "--data-dir=data",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-cluster=default=http://127.0.0.1:{peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]
    folder.mkdir()
    with (
        (folder / "output").open("wb") as output,
        started(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        wait_for("the start of etcd", _TO_START, _etcd_is_up(process, client, folder / "output"))
        yield url


def _etcd_is_up(process: subprocess.Popen[bytes], port: int, output: Path) -> Iterator[bool]:
    while True:
        if process.poll() is not None:
            raise ServersError(f"etcd ended:\n{_tail(output)}")
        yield _get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/health") == http.HTTPStatus.OK


def _get(connection: http.client.HTTPConnection, path: str) -> int | None:
    """Return the status with which a server answers; None where nobody does."""
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-3000:]


class World(NamedTuple):
    """What all servers of one run share."""

    programs: Programs
    keys: Path
    etcd: str

    def command(self, port: int, flags: Sequence[str]) -> list[str]:
        """Return the command line of a kube-apiserver: ours first, then the flags that are compared."""
        return [
            self.programs.apiserver,
            f"--etcd-servers={self.etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={port}",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/24",
            f"--tls-cert-file={self.keys}/server.crt",
            f"--tls-private-key-file={self.keys}/server.key",
            f"--client-ca-file={self.keys}/ca.crt",
            f"--token-auth-file={self.keys}/tokens.csv",
            "--service-account-issuer=https://127.0.0.1",
            f"--service-account-key-file={self.keys}/sa.key",
            f"--service-account-signing-key-file={self.keys}/sa.key",
            "--authorization-mode=RBAC",
            "--anonymous-auth=true",
            *flags,
        ]


class Server(NamedTuple):
    """A kube-apiserver that ran into readiness, or into its end."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def refused(self) -> bool:
        """Whether it ended instead of starting."""
        return self.process.poll() is not None

    @property
    def messages(self) -> str:
        """What it wrote to stderr."""
        return (self.folder / "stderr").read_text(errors="replace")


@contextmanager
def apiserver(world: World, folder: Path, flags: Sequence[str]) -> Iterator[Server]:
    """Run kube-apiserver until it is ready or refuses to start; it runs in a new folder, which keeps what it wrote."""
    for attempt in range(1, _ATTEMPTS + 1):
        place = folder if attempt == 1 else folder.with_name(f"{folder.name}-{attempt}")
        with _apiserver(world, place, flags) as server:
            if attempt == _ATTEMPTS or not (server.refused and _PORT_TAKEN in server.messages):
                yield server
                return


@contextmanager
def _apiserver(world: World, folder: Path, flags: Sequence[str]) -> Iterator[Server]:
    folder.mkdir(parents=True)
    (port,) = free_ports(1)
    with (
        (folder / "stdout").open("wb") as stdout,
        (folder / "stderr").open("wb") as stderr,
        started(world.command(port, flags), cwd=folder, stdout=stdout, stderr=stderr) as process,
    ):
        server = Server(port, process, folder)
        context = ssl.create_default_context(cafile=str(world.keys / "ca.crt"))
        try:
            wait_for("the start of kube-apiserver", _TO_START, _is_decided(server, context))
        except TimeoutError as error:
            raise ServersError(f"{error}:\n{server.messages[-3000:]}") from None
        yield server


def _is_decided(server: Server, context: ssl.SSLContext) -> Iterator[bool]:
    while True:
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=5, context=context)
        yield server.refused or _get(connection, "/readyz") == http.HTTPStatus.OK


class Webhook:
    """Listens for batches of events and keeps them, one JSON text a line."""

    def __init__(self) -> None:
        self.batches: list[bytes] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.batches))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def write_kubeconfig(self, path: Path) -> None:
        """Write the file that leads a server here."""
        server = f"http://127.0.0.1:{self._server.server_port}/events"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "webhook", "cluster": {"server": server}}],
            "contexts": [{"name": "webhook", "context": {"cluster": "webhook"}}],
            "current-context": "webhook",
        }
        path.write_text(json.dumps(config))

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(batches: list[bytes]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            batches.append(body.replace(b"\n", b" "))
            self.send_response(http.HTTPStatus.OK)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def make_keys(programs: Programs, folder: Path) -> None:
    """Write the keys, certificates and tokens that servers and clients use."""
    folder.mkdir()
    clients = [
        ":".join((who.name, *(g for g in who.groups if g != asking.AUTHENTICATED))) for who in asking.CERTIFICATES
    ]
    programs.make_keys(folder, *clients)
    (folder / "tokens.csv").write_text(asking.token_file())
