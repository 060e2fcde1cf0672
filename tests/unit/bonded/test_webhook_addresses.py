"""Where a webhook may go, however the address is spelled."""

import pytest

from bonded.rules.webhook_addresses import LONGEST_URL, AddressRefused, WebhookAddress, is_public, webhook_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://hooks.example.com", WebhookAddress("https", "hooks.example.com", 443, "/")),
        ("https://Hooks.Example.com:8443/a/b?c=d", WebhookAddress("https", "hooks.example.com", 8443, "/a/b?c=d")),
        ("https://8.8.8.8/x", WebhookAddress("https", "8.8.8.8", 443, "/x")),
        ("https://[2606:4700::1111]/", WebhookAddress("https", "2606:4700::1111", 443, "/")),
        ("https://xn--fiqs8s.example/", WebhookAddress("https", "xn--fiqs8s.example", 443, "/")),
    ],
)
def test_webhook_address__reads_a_public_address(url: str, address: WebhookAddress) -> None:
    assert webhook_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        # No HTTPS.
        *("http://hooks.example.com/", "ftp://hooks.example.com/", "//hooks.example.com/", "hooks.example.com", ""),
        "javascript:alert(1)",
        # This machine and this network, by name.
        *("https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://redis/", "https://db.internal/"),
        *("https://printer.local/", "https://router.lan/", "https://nas.home.arpa/"),
        # By number, as everybody writes it.
        *("https://127.0.0.1/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://0.0.0.0/"),
        *("https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://224.0.0.1/", "https://240.0.0.1/"),
        *("https://255.255.255.255/", "https://192.0.2.1/", "https://198.18.0.1/", "https://192.88.99.1/"),
        # Spelled oddly: decimal, hexadecimal, octal, short, with a dot at the end.
        *("https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.1/"),
        *("https://127.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://1.0x7f/", "https://0x/"),
        "https://00000177.0.0.1/",
        # IPv6: loopback, none, link, site, unique local, many, documentation, and those that wrap an IPv4 address.
        *("https://[::1]/", "https://[::]/", "https://[fe80::1]/", "https://[fec0::1]/", "https://[fd00::1]/"),
        *("https://[ff02::1]/", "https://[2001:db8::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/"),
        *("https://[::ffff:8.8.8.8]/", "https://[::127.0.0.1]/", "https://[2002:7f00:1::]/", "https://[64:ff9b::7f00:1]/"),
        *("https://[2001:0:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://[0:0:0:0:0:0:0:1]/"),
        # Not what it seems.
        *("https://hooks.example.com@127.0.0.1/", "https://user:word@hooks.example.com/", "https://@hooks.example.com/"),
        *("https://hooks.example.com\\@127.0.0.1/", "https://hooks.example.com/#a", "https://hooks.example.com#@127.0.0.1/"),
        *("https://hooks.example.com /", "https://hooks.example.com/\r\nX: y", "https://ho\toks.example.com/"),
        *("https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/", "https://ⓛocalhost/", "https://exämple.com/"),
        *("https://hooks..example.com/", "https://-a.example.com/", "https://a_b.example.com/", "https://%6c%6f/"),
        *("https:///path", "https://hooks.example.com:0/", "https://hooks.example.com:99999/", "https://[::1/"),
        "https://hooks.example.com:port/",
        f"https://hooks.example.com/{'a' * LONGEST_URL}",
    ],
)  # fmt: skip
def test_webhook_address__refuses_everything_else(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        webhook_address(url)
    assert refused.value.code == "webhook_address_refused"


def test_webhook_address__of_a_test_may_be_private() -> None:
    assert webhook_address("http://127.0.0.1:8000/h", may_be_private=True) == WebhookAddress(
        "http", "127.0.0.1", 8000, "/h"
    )
    with pytest.raises(AddressRefused):
        webhook_address("ftp://127.0.0.1/", may_be_private=True)
    with pytest.raises(AddressRefused):
        webhook_address("http://a@127.0.0.1/", may_be_private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1"])
def test_is_public__says_yes(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "192.0.0.8",
        "192.88.99.1",
        "3fff::1",
        "127.0.0.1",
        "10.1.2.3",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "fe80::1",
        "64:ff9b::1",
        "",
        "name",
    ],
)
def test_is_public__says_no(address: str) -> None:
    assert not is_public(address)
