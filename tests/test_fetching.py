"""Fetching: what is asked for comes, or the reason in words; nothing private is asked, and nothing lasts for ever."""

from __future__ import annotations

import gzip
import pickle
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from loopback import OPEN, Answer, Site, saying, serving

from corpus.errors import FetchError
from corpus.fetching import Fetched, Limits, fetch
from corpus.network import addresses, is_public
from rag.settings import Fetching

PUBLIC = "93.184.216.34"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as opened:
        yield opened


def got(url: str, limits: Limits = OPEN) -> Fetched:
    fetched = fetch(url, limits)
    assert fetched is not None
    return fetched


def resolver(**known: str) -> Callable[[str], list[str]]:
    return lambda host: known[host.replace(".", "_")].split()


# What comes


def test_a_page_comes_with_what_the_server_says_of_it(site: Site) -> None:
    site.says("/a", b"<p>Hi", content_type="Text/HTML; Charset=ISO-8859-2", etag='"7"', last_modified="yesterday")
    fetched = got(site.url("/a#part"))
    assert fetched == Fetched(
        asked=site.url("/a#part"), url=site.url("/a"), data=b"<p>Hi", content_type="text/html", charset="iso-8859-2",
        etag='"7"', modified="yesterday",
    )  # fmt: skip
    path, headers = site.asked[0]
    assert path == "/a"
    assert headers["user-agent"].startswith("Dossier")
    assert headers["accept-encoding"] == "gzip"


def test_a_source_is_known_by_the_address_that_was_asked(site: Site) -> None:
    site.says("/old", status=301, location="/new")
    site.says("/new", b"<p>Hi", content_type="text/html")
    source = got(site.url("/old")).source({"title": "headline"})
    assert (source.origin, source.file) == (site.url("/old"), site.url("/old"))
    assert (source.url, source.ending, source.data) == (site.url("/new"), ".html", b"<p>Hi")
    assert source.mapping == {"title": "headline"}


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_an_encoding_that_only_the_server_states_is_not_lost(kind: str) -> None:
    text = "Žbrunov včera"
    source = Fetched("http://a.example", "http://a.example/", text.encode("cp1250"), kind, "windows-1250").source()
    assert source.data is not None
    assert source.data.decode("utf-8-sig") == text


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    data = b"%PDF-1.7 \xff\r\n"
    assert Fetched("http://a", "http://a/", data, "application/pdf", "utf-8").source().data == data
    assert Fetched("http://a", "http://a/", data, "text/html").source().data == data


def test_what_has_not_changed_does_not_come_again(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        same = handler.headers["If-None-Match"] == '"1"' or handler.headers["If-Modified-Since"] == "Monday"
        saying(b"" if same else b"New.", 304 if same else 200)(handler)

    site.answers["/"] = answer
    assert got(site.url()).data == b"New."
    assert fetch(site.url(), OPEN, etag='"1"') is None
    assert fetch(site.url(), OPEN, modified="Monday") is None


def test_not_modified_is_no_answer_to_who_did_not_ask(site: Site) -> None:
    site.says("/", b"", 304)
    with pytest.raises(FetchError, match="304"):
        fetch(site.url(), OPEN)


def test_packed_pages_are_unpacked(site: Site) -> None:
    body = b"word " * 100_000
    site.says("/one", gzip.compress(body), content_encoding="gzip")
    site.says("/two", gzip.compress(body) + gzip.compress(b"end"), content_encoding="x-gzip")
    assert got(site.url("/one")).data == body
    assert got(site.url("/two")).data == body + b"end"


def test_a_site_that_wants_its_cookie_back_gets_it(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers["Cookie"] == "seen=yes":
            saying(b"Welcome.")(handler)
        else:
            saying(b"", 302, location="/", set_cookie="seen=yes; Path=/")(handler)

    site.answers["/"] = answer
    assert got(site.url()).data == b"Welcome."


def test_settings_are_limits() -> None:
    assert Limits(**Fetching().model_dump()) == Limits()


def test_who_asks_can_be_set(site: Site) -> None:
    site.says("/")
    got(site.url(), Limits(private_addresses=True, user_agent="Archive/2 (mail@example.org)"))
    assert site.asked[0][1]["user-agent"] == "Archive/2 (mail@example.org)"


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.says("/")
    assert got(site.url()).data == b"Hello."


# What is not asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
        "168.63.129.16", "192.0.0.192", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.88.99.1",
        "198.18.0.1", "203.0.113.7", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
        "ff02::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_these_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_these_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost.", "0"],
)
def test_however_this_machine_is_written_it_is_not_asked(site: Site, host: str) -> None:
    site.says("/")
    with pytest.raises(FetchError, match=r"not on the public Internet|no host|no address"):
        fetch(site.url(host=host), Limits())
    assert site.asked == []


def test_a_name_counts_as_its_addresses(site: Site) -> None:
    for found in ("127.0.0.1", f"{PUBLIC} 10.0.0.1", f"{PUBLIC} ::1"):
        with pytest.raises(FetchError, match=r"nas\.example is at .* not on the public Internet") as raised:
            fetch(site.url(host="nas.example"), Limits(), resolve=resolver(nas_example=found))
        assert "DOSSIER_FETCHING__PRIVATE_ADDRESSES" in raised.value.hint
    assert site.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is checked, and this machine a moment later."""
    monkeypatch.setattr(socket, "getaddrinfo", refuse_names(socket.getaddrinfo))
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    connected: list[tuple[object, ...]] = []

    def connect(address: tuple[str, int], *rest: object, **more: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchError, match="takes no connection"):
        fetch(site.url(host="rebind.example"), Limits(), resolve=lambda host: next(answers))
    assert connected == [(PUBLIC, site.port)]
    assert list(answers) == [["127.0.0.1"], ["127.0.0.1"]]  # asked once
    assert site.asked == []


def refuse_names(real: Callable[..., object]) -> Callable[..., object]:
    def lookup(host: str, *rest: object, **more: object) -> object:
        assert not any(letter.isalpha() for letter in host.replace("x", "")), f"{host} is looked up behind our back"
        return real(host, *rest, **more)

    return lookup


def test_the_host_keeps_its_name_while_its_address_is_connected_to(site: Site) -> None:
    site.says("/")
    found = fetch(site.url(host="courier.example"), OPEN, resolve=resolver(courier_example="127.0.0.1"))
    assert found
    assert found.url == f"http://courier.example:{site.port}/"
    assert site.asked[0][1]["host"] == f"courier.example:{site.port}"


def test_a_dead_address_leaves_the_others(site: Site) -> None:
    site.says("/")
    assert fetch(site.url(host="two.example"), OPEN, resolve=resolver(two_example="::1 127.0.0.1"))


def test_names_in_any_script_are_looked_up_as_their_ascii_form(site: Site) -> None:
    site.says("/")
    known = {"xn--bcher-kva.example": ["127.0.0.1"]}
    assert fetch(site.url(host="bücher.example"), OPEN, resolve=known.__getitem__)


@pytest.mark.parametrize("place", ["//10.0.0.1/", "//[::1]/", "//169.254.169.254/latest/meta-data"])
def test_a_redirect_to_a_private_address_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    site.says("/", b"", 302, location=f"http:{place}")
    monkeypatch.setattr("corpus.network.is_public", lambda address: address == "127.0.0.1" or is_public(address))
    with pytest.raises(FetchError, match="not on the public Internet"):
        fetch(site.url(), Limits())
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("file:///etc/passwd", "no address on the web"),
        ("gopher://127.0.0.1/", "no address on the web"),
        ("javascript:alert(1)", "no address on the web"),
        ("http://me:secret@127.0.0.1/", "name or a password"),
        ("http://127.0.0.1:70000/", "no port 70000"),
        ("/" + "a" * 2001, "longer than 2,000"),
    ],
)
def test_a_redirect_to_what_is_no_page_is_refused(site: Site, place: str, said: str) -> None:
    site.says("/", b"", 302, location=place)
    with pytest.raises(FetchError, match=said) as raised:
        fetch(site.url(), OPEN)
    assert "secret" not in str(raised.value)


def test_five_redirects_are_followed_and_no_more(site: Site) -> None:
    for number in range(6):
        site.says(f"/{number}", b"", 307, location=f"{number + 1}")
    site.says("/6")
    assert got(site.url("/1")).url == site.url("/6")
    with pytest.raises(FetchError, match="more than 5 times"):
        fetch(site.url("/0"), OPEN)


@pytest.mark.parametrize(
    "url",
    [
        "", "courier.example", "//a.example", "http://", "http:///x", "http://[::1/", "http://a.example/\x00",
        "file:///etc/passwd", "ftp://a.example/", "data:text/html,x", "http://u:p@a.example/",
        "http://@a.example\\@b.example/", "http://a.example:x/", "http://a.example:0/", "http://999.1.1.1/x y\n",
        "http://a.example/" + "x" * 2000, "http://" + "ü" * 70 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_in_words(url: str) -> None:
    def nobody(host: str) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(FetchError) as raised:
        fetch(url, OPEN, resolve=nobody)
    assert raised.value.hint


def test_names_that_are_none_or_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FetchError, match="There is no host"):
        fetch("http://" + "a" * 64 + ".example/", Limits(), resolve=addresses)  # too long a label
    with pytest.raises(FetchError, match="There is no host"):
        fetch("http://empty.example/", Limits(), resolve=lambda host: [])


# How long, how large


def test_a_server_that_drips_is_cut(site: Site) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not site.stop.wait(0.02):
            handler.wfile.write(b"x")

    def drip_headers(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not site.stop.wait(0.02):
            handler.wfile.write(b"X: y\r\n")

    for path, answer in {
        "/body": drip,
        "/headers": drip_headers,
        "/nothing": lambda _: site.stop.wait() or None,
    }.items():
        site.answers[path] = answer
        with pytest.raises(FetchError, match=r"within 0.3 seconds.*DOSSIER_FETCHING__TIMEOUT"):
            fetch(site.url(path), Limits(timeout=0.3, private_addresses=True))


def test_a_look_up_that_takes_for_ever_is_cut() -> None:
    never = threading.Event()

    def sleepy(host: str) -> list[str]:
        never.wait(60)
        return [PUBLIC]

    with pytest.raises(FetchError, match="within"):
        fetch("http://slow.example/", Limits(timeout=0.2), resolve=sleepy)
    never.set()


def test_a_page_may_be_as_large_as_the_limit_and_no_larger(site: Site) -> None:
    limits = Limits(max_bytes=100_000, private_addresses=True)
    site.says("/fits", b"x" * 100_000)
    site.says("/large", b"x" * 100_001)
    assert len(got(site.url("/fits"), limits).data) == 100_000
    with pytest.raises(FetchError, match=r"larger than 0.1 MB.*DOSSIER_FETCHING__MAX_BYTES"):
        fetch(site.url("/large"), limits)


def test_a_stream_without_an_end_is_cut(site: Site) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while not site.stop.is_set():
                handler.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        except OSError:
            handler.close_connection = True

    site.answers["/"] = endless
    with pytest.raises(FetchError, match="larger than"):
        fetch(site.url(), Limits(max_bytes=100_000, private_addresses=True))


def test_a_little_that_unpacks_to_much_is_cut(site: Site) -> None:
    site.says("/", gzip.compress(bytes(50_000_000)), content_encoding="gzip")
    with pytest.raises(FetchError, match="larger than"):
        fetch(site.url(), Limits(max_bytes=1_000_000, private_addresses=True))


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"short", content_length="5000"),
        saying(gzip.compress(b"word " * 9000)[:-20], content_encoding="gzip"),
        saying(b"no gzip at all", content_encoding="gzip"),
        lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"),
        lambda handler: None,
    ],
    ids=["cut short", "cut gzip", "no gzip", "no HTTP", "nothing"],
)
def test_what_arrives_damaged_is_not_taken_for_the_page(site: Site, answer: Answer) -> None:
    def then_close(handler: BaseHTTPRequestHandler) -> None:
        answer(handler)
        handler.close_connection = True

    site.answers["/"] = then_close
    with pytest.raises(FetchError, match="cut short or damaged"):
        fetch(site.url(), OPEN)


def test_packings_that_nobody_asked_for_are_refused(site: Site) -> None:
    site.says("/", b"....", content_encoding="br")
    with pytest.raises(FetchError, match="“br”"):
        fetch(site.url(), OPEN)


# What servers say


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 599])
def test_a_refusal_comes_in_words(site: Site, status: int) -> None:
    site.says("/", b"<p>Sorry", status)
    with pytest.raises(FetchError, match=rf"127\.0\.0\.1 \w.* \({status}\)\."):
        fetch(site.url(), OPEN)


@pytest.mark.parametrize(
    ("stated", "said", "wait"),
    [
        ("90", "Try again in 90 seconds.", 90),
        ("7200", "Try again in 2 hours.", 7200),
        ("9" * 400, "Try again in 7 days.", 7 * 86_400),
        ("soon", "Try again later.", None),
        ("-5", "Try again later.", None),
    ],
)
def test_a_server_may_say_when_to_come_again(site: Site, stated: str, said: str, wait: float | None) -> None:
    site.says("/", b"", 429, retry_after=stated)
    with pytest.raises(FetchError, match=said) as raised:
        fetch(site.url(), OPEN)
    assert raised.value.wait == wait
    assert pickle.loads(pickle.dumps(raised.value)).wait == wait


def test_it_may_say_so_by_the_clock(site: Site) -> None:
    site.says("/", b"", 503, retry_after=format_datetime(datetime.now(UTC) + timedelta(hours=5)))
    with pytest.raises(FetchError, match=r"Try again in [45] hours\.") as raised:
        fetch(site.url(), OPEN)
    assert raised.value.wait == pytest.approx(5 * 3600, abs=600)


def test_nobody_at_the_door() -> None:
    with socket.socket() as taken:  # bound, and not listening
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match="takes no connection"):
            fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/", OPEN)


# Certificates


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of courier.example, signed by itself."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "courier.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("courier.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = tmp_path / "courier.pem"
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_must_be_trusted_and_of_that_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(Site(context)) as site:
        site.says("/")
        known = resolver(courier_example="127.0.0.1", other_example="127.0.0.1")
        url = f"https://courier.example:{site.port}/"
        with pytest.raises(FetchError, match=r"cannot prove to be courier\.example.*SSL_CERT_FILE"):
            fetch(url, OPEN, resolve=known)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        found = fetch(url, OPEN, resolve=known)
        assert found
        assert found.data == b"Hello."
        with pytest.raises(FetchError, match=r"cannot prove to be other\.example"):
            fetch(url.replace("courier", "other"), OPEN, resolve=known)


def test_a_server_without_tls_is_no_https_server(site: Site) -> None:
    site.says("/")
    with pytest.raises(FetchError, match="cannot prove"):
        fetch(site.url().replace("http:", "https:"), OPEN)
