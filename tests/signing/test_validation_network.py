"""The one way to the network: bounded, and only to addresses that are fit to be asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from signing.network import AddressRefused, Network, NetworkFailed
from signing.trust import Trust, TrustUnreadable, pem, read
from signing.validation import Verdict, validate
from tests import pki as authority
from tests.pki import Pki
from tests.signing import made

Online = tuple[authority.Pki, dict[str, bytes], str]
"""The authority, the pages that it serves, and where."""


@pytest.fixture
def online() -> Iterator[Online]:
    """An authority whose lists are served on loopback, as its certificates say."""
    pages: dict[str, bytes] = {}
    with authority.serve(pages) as url:
        made_here = authority.Pki(crl_url=url)
        pages["/issuing.crl"] = made_here.crl_der
        pages["/root.crl"] = made_here.root_crl_der
        yield made_here, pages, urlsplit(url).netloc


def test_lists_are_fetched_for_trusted_chains_only(online: Online) -> None:
    pki, _, host = online
    network = Network(allowed=frozenset({host}))
    file = made.signed(made.blank(), pki.key("anh_duong"))
    asked: list[str] = []

    def resolve(name: str, port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    network.resolve = resolve
    stranger = validate(file, name="a", trust=Trust(), offline=False, network=network)
    assert (stranger.verdict, asked) == (Verdict.INDETERMINATE, [])
    trust = Trust.of([pki.root_pem])
    assert validate(file, name="a", trust=trust).signatures[0].revocation == "unknown"
    assert validate(file, name="a", trust=trust, offline=False, network=network).verdict is Verdict.VALID
    assert asked
    revoked = made.signed(made.blank(), pki.key("revoked"))
    assert validate(revoked, name="a", trust=trust, offline=False, network=network).verdict is Verdict.INVALID


def test_addresses_in_files_do_not_reach_inner_networks(online: Online) -> None:
    pki, _, _ = online
    file = made.signed(made.blank(), pki.key("anh_duong"))
    found = validate(file, name="a", trust=Trust.of([pki.root_pem]), offline=False, network=Network())
    assert found.signatures[0].revocation == "unknown"


@pytest.mark.parametrize(
    ("url", "addresses", "reason"),
    [
        ("ftp://a.vn/x.crl", ["203.0.113.1"], "scheme"),
        ("file:///etc/passwd", [], "scheme"),
        ("http://user:x@a.vn/", ["8.8.8.8"], "scheme"),
        ("http://a.vn:22/", ["8.8.8.8"], "port"),
        ("http://a.vn:99999/", ["8.8.8.8"], "name"),
        ("http://localhost/", ["127.0.0.1"], "private"),
        ("http://a.vn/", ["10.0.0.1"], "private"),
        ("http://a.vn/", ["8.8.8.8", "192.168.1.1"], "private"),
        ("http://a.vn/", ["169.254.169.254"], "private"),
        ("http://a.vn/", ["100.64.0.1"], "private"),
        ("http://a.vn/", ["::1"], "private"),
        ("http://a.vn/", ["fe80::1%eth0"], "private"),
        ("http://a.vn/", ["fd00::1"], "private"),
        ("http://a.vn/", ["::ffff:127.0.0.1"], "private"),
        ("http://a.vn/", ["64:ff9b::7f00:1"], "private"),
        ("http://a.vn/", ["2002:7f00:1::"], "private"),
        ("http://a.vn/", ["0.0.0.0"], "private"),
        ("http://a.vn/", ["224.0.0.1"], "private"),
        ("http://a.vn/", [], "name"),
    ],
)
def test_unfit_addresses_are_refused(url: str, addresses: list[str], reason: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        Network(resolve=lambda host, port: addresses).get(url)
    assert refused.value.reason == reason


def test_the_checked_address_is_the_one_asked(online: Online) -> None:
    """The name server is asked once: a second, different answer is never used."""
    _, _, host = online
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    port = host.split(":")[1]
    network = Network(allowed=frozenset({"a.vn"}), resolve=lambda name, number: next(answers))
    assert network.get(f"http://a.vn:{port}/issuing.crl")
    assert next(answers) == ["10.0.0.1"]


def test_size_and_absence_are_bounded(online: Online) -> None:
    _, pages, host = online
    pages["/big"] = b"x" * 200_000
    network = Network(allowed=frozenset({host}), size_limit=100_000)
    with pytest.raises(NetworkFailed) as failed:
        network.get(f"http://{host}/big")
    assert failed.value.reason == "size"
    with pytest.raises(NetworkFailed) as failed:
        network.get(f"http://{host}/nothing")
    assert failed.value.reason == "status"


def test_redirects_are_checked_again_and_counted() -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://inner.vn/" if self.path == "/in" else self.path)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Redirect) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        host = f"127.0.0.1:{server.server_address[1]}"
        network = Network(allowed=frozenset({host}), resolve=lambda name, port: ["127.0.0.1"])
        with pytest.raises(AddressRefused):
            network.get(f"http://{host}/in")
        with pytest.raises(NetworkFailed) as failed:
            network.get(f"http://{host}/round")
        assert failed.value.reason == "redirects"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Y: "])
def test_a_server_that_drips_is_given_up(head: bytes) -> None:
    import socket
    from threading import Thread

    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(head)
                for _ in range(25):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return
                    time.sleep(0.1)

        Thread(target=drip, daemon=True).start()
        host = f"127.0.0.1:{server.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(NetworkFailed):
            Network(allowed=frozenset({host}), timeout=0.5).get(f"http://{host}/x")
        assert time.monotonic() - begun < 2


# what is trusted (KS-06, KS-11, KT-05)


def test_kt_05_trust_is_read_in_every_form(pki: Pki, tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    root = x509.load_der_x509_certificate(pki.root_der)
    middle = pki.issuing.certificate
    (tmp_path / "root.cer").write_bytes(pki.root_der)
    (tmp_path / "both.p7b").write_bytes(pkcs7.serialize_certificates([root, middle], Encoding.DER))
    (tmp_path / "both.pem").write_bytes(b"text before\n" + pki.root_pem + b"\r\n" + pki.intermediate_pem)
    (tmp_path / "issuing.crl").write_bytes(pki.crl_der)
    (tmp_path / "note.txt").write_text("not for us", encoding="utf-8")
    for name in ("both.p7b", "both.pem"):
        found = Trust.load(tmp_path / name)
        assert (found.anchors, found.intermediates) == ((pki.root_der,), (pki.intermediate_der,))
    found = Trust.load(tmp_path)
    assert (found.anchors, found.intermediates, found.crls) == (
        (pki.root_der,),
        (pki.intermediate_der,),
        (pki.crl_der,),
    )
    assert [one.common_name for one in found.anchor_facts()] == ["Gốc thử nghiệm"]
    assert read(pem(pki.root_der)) == [(pki.root_der, "certificate")]


def test_kt_05_an_authority_alone_is_meant_and_a_signer_never_is(pki: Pki) -> None:
    assert Trust.of([pki.intermediate_pem]).anchors == (pki.intermediate_der,)
    leaf = pki.key("anh_duong").certificate_pem
    assert Trust.of([leaf]).anchors == ()


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", b"0\x03"]
)
def test_kt_05_what_holds_nothing_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pem").write_bytes(data)
    with pytest.raises(TrustUnreadable) as refused:
        Trust.load(tmp_path / "x.pem")
    assert refused.value.name == "x.pem"
    with pytest.raises(TrustUnreadable):
        Trust.load(tmp_path / "none.pem")
