"""Ports on loopback: which is free, who answers."""

import http.client
import socket

from config.local.refusals import Refusal

HOST = "127.0.0.1"
ANSWER_WITHIN_SECONDS = 5.0


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Return whether a server could listen on the port of loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def chosen_port(*, wished: int, insisted: bool) -> int:
    """Return the wished port if it is free, else another one; refuse instead if a person insisted on it."""
    if is_free(wished):
        return wished
    if insisted:
        raise Refusal(f"Port {wished} is taken by another program; give another PORT or none.")
    return free_port()


def accepts(port: int) -> bool:
    """Return whether something accepts connections on the port of loopback."""
    try:
        socket.create_connection((HOST, port), timeout=ANSWER_WITHIN_SECONDS).close()
    except OSError:
        return False
    return True


def answers_ok(port: int, path: str, *, within_seconds: float = ANSWER_WITHIN_SECONDS) -> bool:
    """Return whether GET of the path answers 200; asks directly, whatever proxy is configured."""
    connection = http.client.HTTPConnection(HOST, port, timeout=within_seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
