"""Posting to real receivers: to checked addresses only, under their own names, and never for long."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bonded.gateways import webhooks
from bonded.gateways.webhooks import NOT_PUBLIC, post_webhook
from bonded.rules.webhooks import Attempt
from config.local.ports import free_port
from tests.situations.webhooks import Receiver

HOST = "hooks.example.com"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def post(url: str, *, may_be_private: bool = True) -> Attempt:
    return post_webhook(url=url, headers={"webhook-id": "m-1"}, body=b'{"a":1}', may_be_private=may_be_private)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str, port: int | None = None) -> list[str]:
    """Let every name mean these addresses, and give the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str, asked_port: int, **options: Any) -> list[Any]:
        asked.append(host)
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port or asked_port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def forbid_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    opened: list[object] = []
    monkeypatch.setattr("bonded.gateways.webhooks.socket.socket", lambda *place: opened.append(place))
    return opened


def test_post_webhook__arrives_with_its_headers(receiver: Receiver) -> None:
    assert post(receiver.url) == Attempt()

    ((path, headers, body),) = receiver.calls
    assert (path, body) == ("/hook", b'{"a":1}')
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert (headers["webhook-id"], headers["connection"]) == ("m-1", "close")


@pytest.mark.parametrize(
    ("status", "attempt"),
    [
        (204, Attempt()),
        (400, Attempt("The receiver answered 400.")),
        (410, Attempt("The receiver answered 410.", is_gone=True)),
        (500, Attempt("The receiver answered 500.")),
    ],
)
def test_post_webhook__says_how_it_went(receiver: Receiver, status: int, attempt: Attempt) -> None:
    receiver.answers = [status]
    assert post(receiver.url) == attempt


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_post_webhook__follows_nowhere(receiver: Receiver, status: int) -> None:
    receiver.answers, receiver.headers = [status], {"Location": f"{receiver.url}/inside"}
    assert post(receiver.url) == Attempt(f"The receiver answered {status}.")
    assert [path for path, _, _ in receiver.calls] == ["/hook"]


def test_post_webhook__refuses_http_and_this_machine_unless_it_is_a_test(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = forbid_sockets(monkeypatch)
    assert post(receiver.url, may_be_private=False) == Attempt("A webhook goes to an https address.")
    assert post("https://127.0.0.1/", may_be_private=False) == Attempt("A webhook goes to a public host.")
    assert opened == []


@pytest.mark.parametrize(
    "addresses",
    [
        *(["127.0.0.1"], ["10.0.0.8"], ["169.254.169.254"], ["100.64.0.1"], ["0.0.0.0"], ["224.0.0.1"]),
        *(["::1"], ["fe80::1%eth0"], ["fd00::1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"]),
        # One good address does not make up for a bad one.
        *(["8.8.8.8", "127.0.0.1"], ["2606:4700::1111", "::1"], []),
    ],
)  # fmt: skip
def test_post_webhook__refuses_a_name_that_leads_inside(addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked, opened = resolve_to(monkeypatch, *addresses), forbid_sockets(monkeypatch)
    assert post(f"https://{HOST}/", may_be_private=False) == Attempt(NOT_PUBLIC)
    assert (asked, opened) == ([HOST], [])


def test_post_webhook__says_the_same_of_a_name_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*place: object, **options: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
    assert post(f"https://{HOST}/", may_be_private=False) == Attempt(NOT_PUBLIC)


def certificate_for(host: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this host that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    today = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(today - dt.timedelta(days=1)).not_valid_after(today + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    path = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return path, server


def test_post_webhook__connects_to_the_checked_address_under_the_hosts_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, server = certificate_for(HOST, tmp_path)
    names: list[str | None] = []
    server.sni_callback = lambda connected, name, context: names.append(name)
    monkeypatch.setattr(webhooks, "_tls_context", lambda: ssl.create_default_context(cafile=path))
    receiver = Receiver(tls=server)
    try:
        asked = resolve_to(monkeypatch, "127.0.0.1", port=receiver.port)
        # Whatever the second look-up would have said, there is none.
        assert post(f"https://{HOST}/hook?a=b") == Attempt()
        assert post("https://another.example.com/") == Attempt("SSLCertVerificationError on the way.")
    finally:
        receiver.close()
    assert [(path, headers["host"]) for path, headers, _ in receiver.calls] == [("/hook?a=b", HOST)]
    assert names == [HOST, "another.example.com"]
    assert asked == [HOST, "another.example.com"]


def test_post_webhook__tries_the_next_address_when_nobody_answers_at_the_first(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1", port=receiver.port)
    assert post("http://hooks.example.com/hook") == Attempt()


def test_post_webhook__says_that_nobody_was_reached() -> None:
    assert post(f"http://127.0.0.1:{free_port()}/") == Attempt("ConnectionRefusedError on the way.")


@pytest.mark.parametrize("trickle", [b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000, b""])
def test_post_webhook__ends_in_time_however_slowly_it_trickles(trickle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "READ_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connected, _ = server.accept()
            with connected:
                try:
                    for number in range(len(trickle)):
                        connected.sendall(trickle[number : number + 1])
                        time.sleep(0.05)
                    connected.recv(1)
                    time.sleep(1)
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        started = time.monotonic()
        attempt = post(f"http://127.0.0.1:{server.getsockname()[1]}/")
        took = time.monotonic() - started
        thread.join()
    assert attempt == Attempt("TimeoutError on the way.")
    assert 0.5 <= took < 1.5


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200" + b"a" * 70_000]
)
def test_post_webhook__of_something_that_speaks_no_http_fails(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connected, _ = server.accept()
            with connected:
                connected.recv(4096)
                connected.sendall(answer)

        thread = threading.Thread(target=speak)
        thread.start()
        attempt = post(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
    assert attempt.reason.endswith(" on the way.")
    assert not attempt.is_gone
