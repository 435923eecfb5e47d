"""Archives, web archives, and files whose names do not say what they are."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from files import FERRY, MILL, epub, odt, page, record, response, special, tarred, warc_gz, zipped

from corpus import readers
from corpus.article import SourceArticle
from corpus.readers import Skipped, members
from corpus.readers.source import MAX_FILE_BYTES


def read(path: Path) -> list[SourceArticle | Skipped]:
    return list(readers.read(path))


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def articles(path: Path) -> list[SourceArticle]:
    return [item for item in read(path) if isinstance(item, SourceArticle)]


def skipped(path: Path) -> dict[str, str]:
    """The reasons, by the name of the member."""
    items = [item for item in read(path) if isinstance(item, Skipped)]
    return {item.origin.removeprefix(str(path)).lstrip("/"): item.reason for item in items}


def _tar_gz(content: Mapping[str, str | bytes | tarfile.TarInfo]) -> bytes:
    return tarred(content, "w:gz")


PACKERS = {"zip": zipped, "tar": tarred, "tar.gz": _tar_gz, "tgz": _tar_gz}
LINES = "".join(json.dumps({"id": str(number), "text": f"{number}. {MILL}"}) + "\n" for number in range(50))


@pytest.mark.parametrize("ending", PACKERS)
def test_members_are_read_as_if_they_lay_in_a_folder(tmp_path: Path, ending: str) -> None:
    content = {
        "2024/mill.txt": MILL,
        "./ferry.html": page(FERRY, "The ferry"),
        "news.jsonl": LINES,
        "__MACOSX/2024/._mill.txt": "x",
        ".DS_Store": "x",
        "2024/.hidden/a.txt": "x",
        "README.md": "x",
        "picture.png": b"\x89PNG\r\n",
    }
    file = written(tmp_path / f"news.{ending}", PACKERS[ending](content))
    mill, ferry, *lines = articles(file)
    assert (mill.text, mill.origin, mill.file) == (MILL, f"{file}/2024/mill.txt", str(file))
    assert (ferry.title, ferry.origin) == ("The ferry", f"{file}/ferry.html")
    assert len(lines) == 50
    assert lines[1].origin == f"{file}/news.jsonl:2"
    assert list(skipped(file)) == ["picture.png"]
    assert len({item.id for item in articles(file)}) == 52
    assert list(tmp_path.iterdir()) == [file]


def test_archives_in_archives_are_read_to_the_third(tmp_path: Path) -> None:
    data = zipped({"deep.txt": FERRY})
    for name in ("c.zip", "b.zip", "a.zip"):
        data = zipped({name: data, f"{name}.txt": MILL})
    file = written(tmp_path / "outer.zip", data)
    assert [item.origin.removeprefix(f"{file}/") for item in articles(file)] == [
        "a.zip/b.zip/c.zip.txt", "a.zip/b.zip.txt", "a.zip.txt",
    ]  # fmt: skip
    assert list(skipped(file)) == ["a.zip/b.zip/c.zip"]
    in_zip = zipped({"c.tar.gz": _tar_gz({"d.txt": MILL})})
    mixed = written(tmp_path / "mixed.tgz", _tar_gz({"b.zip": in_zip}))
    assert [item.origin.removeprefix(f"{mixed}/") for item in articles(mixed)] == ["b.zip/c.tar.gz/d.txt"]


@pytest.mark.parametrize("name", ["../../etc/mill.txt", "/etc/mill.txt", "a/../../mill.txt", "C:/mill.txt"])
@pytest.mark.parametrize("ending", ["zip", "tar"])
def test_a_name_that_leads_out_of_the_archive_is_reported(tmp_path: Path, name: str, ending: str) -> None:
    file = written(tmp_path / f"a.{ending}", PACKERS[ending]({name: MILL, "good.txt": FERRY}))
    assert [item.text for item in articles(file)] == [FERRY]
    (why,) = skipped(file).values()
    assert "leads out" in why


def test_links_and_devices_are_reported(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("swordfish", encoding="utf-8")
    target = str(tmp_path / "secret.txt")
    content = {
        "link.txt": special("link.txt", tarfile.SYMTYPE, target),
        "hard.txt": special("hard.txt", tarfile.LNKTYPE, "good.txt"),
        "pipe.txt": special("pipe.txt", tarfile.FIFOTYPE),
        "zero.txt": special("zero.txt", tarfile.CHRTYPE),
        "folder": special("folder", tarfile.DIRTYPE),
        "good.txt": MILL,
    }
    file = written(tmp_path / "a.tar", tarred(content))
    assert [item.text for item in articles(file)] == [MILL]
    assert set(skipped(file)) == {"link.txt", "hard.txt", "pipe.txt", "zero.txt"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        package.writestr(info, target)
    assert "link" in skipped(written(tmp_path / "a.zip", packed.getvalue()))["link.txt"]


def test_a_locked_member_does_not_cost_the_others(tmp_path: Path) -> None:
    data = bytearray(zipped({"locked.txt": MILL, "good.txt": FERRY}))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    file = written(tmp_path / "a.zip", bytes(data))
    assert [item.text for item in articles(file)] == [FERRY]
    assert "password" in skipped(file)["locked.txt"]


def test_a_damaged_member_does_not_cost_the_others(tmp_path: Path) -> None:
    data = bytearray(zipped({"bad.txt": MILL, "good.txt": FERRY}))
    at = data.index(b"bad.txt") + 30
    data[at : at + 4] = b"\xff\xff\xff\xff"
    file = written(tmp_path / "a.zip", bytes(data))
    assert [item.text for item in articles(file)] == [FERRY]
    assert "damaged" in skipped(file)["bad.txt"]


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_an_archive_that_was_cut_short_is_reported(tmp_path: Path, ending: str) -> None:
    whole = PACKERS[ending]({f"{number}.txt": os.urandom(20_000).hex() for number in range(9)})
    file = written(tmp_path / f"a.{ending}", whole[: len(whole) // 2])
    assert len(skipped(file)) == 1
    assert len(articles(file)) == (0 if ending == "zip" else 4)  # a zip file's contents stand at its end
    for cut in (0, 1, 100, 600):
        items = read(written(tmp_path / f"b.{ending}", whole[:cut]))
        assert len(items) == 1
        assert isinstance(items[0], Skipped)


def test_damage_within_a_tar_is_not_taken_for_its_end(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.txt": MILL, "b.txt": FERRY}))
    data[1024:1030] = b"\xff" * 6
    file = written(tmp_path / "a.tar", bytes(data))
    assert [item.text for item in articles(file)] == [MILL]
    assert "damaged" in skipped(file)[""]


# Bombs


def test_what_unpacks_to_far_too_much_is_reported_and_the_rest_read(tmp_path: Path) -> None:
    file = written(tmp_path / "a.zip", zipped({"bomb.txt": bytes(15_000_000), "good.txt": MILL}))
    assert [item.text for item in articles(file)] == [MILL]
    assert "hundreds of times" in skipped(file)["bomb.txt"]
    assert "hundreds of times" in skipped(written(tmp_path / "b.txt.gz", gzip.compress(bytes(15_000_000))))["b.txt"]
    tar = tarred({"bomb.txt": bytes(30_000_000), "good.txt": MILL}, "w:gz")
    assert any("hundreds of times" in why for why in skipped(written(tmp_path / "c.tgz", tar)).values())


def test_all_that_lies_in_an_archive_shares_one_allowance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members.Allowance.__init__, "__defaults__", (100_000, 10))
    content = {f"{number}.txt": f"{number} " + os.urandom(10_000).hex() for number in range(4)}
    file = written(tmp_path / "a.zip", zipped({"one.zip": zipped(content), "two.zip": zipped(content)}))
    assert 0 < len(articles(file)) < 4
    assert "more than" in skipped(file)[""]
    many = written(tmp_path / "many.zip", zipped({f"{number}.txt": f"{number}. {MILL}" for number in range(20)}))
    assert len(articles(many)) == 10
    assert "files" in skipped(many)[""]


def test_a_member_whose_directory_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": MILL * 1000}))
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 50)
    assert "damaged" in skipped(written(tmp_path / "a.zip", bytes(data)))["a.txt"]


@pytest.mark.parametrize("ending", ["zip", "tar", "tgz"])
def test_a_large_member_is_streamed_if_its_kind_can_be_and_reported_if_not(tmp_path: Path, ending: str) -> None:
    noise = os.urandom(MAX_FILE_BYTES // 2).hex()
    lines = "".join(json.dumps({"text": noise[at : at + 500_000]}) + "\n" for at in range(0, len(noise), 500_000))
    content = {"a.jsonl": lines, "large.txt": noise + "x", "good.txt": MILL}
    file = written(tmp_path / f"a.{ending}", PACKERS[ending](content))
    assert len(lines) > MAX_FILE_BYTES
    assert len(articles(file)) == 41
    assert "20 MB" in skipped(file)["large.txt"]


# Names


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "shift_jis"])
def test_names_in_legacy_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    name = "日本語の記事、今日は晴れ、灯台は点灯された.txt" if encoding == "shift_jis" else "Mühle_é.txt"
    raw = name.encode(encoding)
    data = zipped({"x" * len(raw): MILL}).replace(b"x" * len(raw), raw)
    (article,) = articles(written(tmp_path / "a.zip", data))
    assert article.origin.endswith(name)


def test_odd_names_end_as_articles_or_a_line(tmp_path: Path) -> None:
    content = {os.fsdecode(b"caf\xe9.txt"): MILL, "folder\\file.txt": FERRY, "x" * 400 + ".txt": MILL, "a\nb.txt": MILL}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", errors="surrogateescape", format=tarfile.GNU_FORMAT) as tar:
        for name, text in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    found = articles(written(tmp_path / "a.tar", packed.getvalue()))
    assert len(found) == 4
    assert found[0].origin.endswith("/café.txt")
    (windows,) = articles(written(tmp_path / "a.zip", zipped({"folder\\file.txt": FERRY})))
    assert windows.origin.endswith("/folder/file.txt")


# One file, compressed


def test_a_compressed_file_is_read_as_it_is_unpacked(tmp_path: Path) -> None:
    file = written(tmp_path / "news.jsonl.gz", gzip.compress(LINES.encode()))
    found = articles(file)
    assert len(found) == 50
    assert found[1].origin == f"{file}/news.jsonl:2"
    (mill,) = articles(written(tmp_path / "mill.html.gz", gzip.compress(page(MILL).encode())))
    assert MILL in mill.text
    two = gzip.compress(MILL.encode()) + gzip.compress(FERRY.encode())
    assert articles(written(tmp_path / "two.txt.gz", two))[0].text == MILL + FERRY


def test_what_was_read_before_the_damage_stays(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": os.urandom(2_000).hex()}) + "\n" for _ in range(50))
    whole = gzip.compress(lines.encode())
    file = written(tmp_path / "news.jsonl.gz", whole[: len(whole) // 2])
    assert 20 <= len(articles(file)) <= 25
    assert "cut short" in skipped(file)["news.jsonl"]
    wrong = whole[:-8] + b"\0" * 8
    assert "damaged" in skipped(written(tmp_path / "wrong.jsonl.gz", wrong))["wrong.jsonl"]


# Web archives

URL = "https://post.example/2024/03/15/mill"
CRAWL = (
    record("warcinfo", "", b"software: none\r\n"),
    record("request", URL, b"GET /mill HTTP/1.1\r\nHost: post.example\r\n\r\n", "application/http; msgtype=request"),
    response(URL + "?utm_source=x", page(MILL), "text/html; charset=utf-8"),
    response("https://post.example/", page(MILL, "Home")),
    response("https://post.example/robots.txt", "User-agent: *", "text/plain"),
    response("https://post.example/a.css", "p {}", "text/css"),
    response("https://post.example/a.json", "{}", "application/json"),
    response("https://post.example/a.png", b"\x89PNG", "image/png"),
    response("https://post.example/gone", page(FERRY), status="404 Not Found"),
    record("revisit", URL, b"HTTP/1.1 200 OK\r\n\r\n", "application/http; msgtype=response"),
    response("https://post.example/menu", "<html><body><a href='/'>Home</a></body></html>"),
    response("https://post.example/ferry", page(FERRY.replace("fire", "Fährе"), "Fähre"), "text/html"),
    record("metadata", URL, b"via: https://post.example/\r\n"),
)


@pytest.mark.parametrize("ending", ["warc", "warc.gz", "whole.warc.gz"])
def test_the_pages_of_a_web_archive_are_known_by_their_addresses(tmp_path: Path, ending: str) -> None:
    data = {"warc": b"".join(CRAWL), "warc.gz": warc_gz(*CRAWL), "whole.warc.gz": gzip.compress(b"".join(CRAWL))}
    file = written(tmp_path / f"crawl.{ending}", data[ending])
    mill, ferry = articles(file)
    assert (mill.url, mill.identity, mill.title) == (URL, "url", "The mill closes")
    assert (mill.origin, mill.file) == (f"{file}/{URL}?utm_source=x", str(file))
    assert mill.published is not None
    assert (mill.published.value, mill.published.provenance) == ("2024-03-15", "url")
    assert (ferry.published, ferry.title) == (None, "Fähre")  # the day of the crawl is not that of publication
    assert list(skipped(file)) == ["https://post.example/menu"]


def test_a_page_is_read_in_the_encoding_that_only_its_server_stated(tmp_path: Path) -> None:
    text = page(MILL.replace("mill", "мельница")).encode("cp1251")
    (found,) = articles(written(tmp_path / "a.warc", response(URL, text, "text/html; charset=windows-1251")))
    assert "мельница" in found.text


@pytest.mark.parametrize("ending", ["warc", "warc.gz"])
def test_a_web_archive_with_a_damaged_end_keeps_what_was_read(tmp_path: Path, ending: str) -> None:
    records = [response(f"https://post.example/{number}", page(f"{number}. {MILL}")) for number in range(3)]
    whole = warc_gz(*records) if ending == "warc.gz" else b"".join(records)
    file = written(tmp_path / f"a.{ending}", whole[: len(whole) * 3 // 4])
    assert len(articles(file)) == 2
    assert len(skipped(file)) == 1
    assert len(articles(written(file, whole + b"rubbish\r\n\r\n"))) == 3
    assert len(skipped(file)) == 1


@pytest.mark.parametrize("days", [("2024-04-01", "2024-05-01"), ("2024-05-01", "2024-04-01")])
def test_of_a_page_that_was_archived_twice_the_newest_state_comes_last(tmp_path: Path, days: tuple[str, str]) -> None:
    states = b"".join(
        response(URL, page(f"As of {day}: {MILL}")).replace(
            b"WARC-Date: ", f"WARC-Date: {day}T08:00:00Z\r\nX-Was: ".encode()
        )
        for day in days
    )
    assert "As of 2024-05-01" in articles(written(tmp_path / "a.warc", states))[-1].text


def test_a_web_archive_without_pages_says_so(tmp_path: Path) -> None:
    assert "no page" in skipped(written(tmp_path / "a.warc", b"".join(CRAWL[:2])))[""]
    assert skipped(written(tmp_path / "b.warc", b"no such thing"))
    large = response(URL, page("x" * MAX_FILE_BYTES))
    assert "largest" in skipped(written(tmp_path / "c.warc", large))[URL]


# Kinds


@pytest.mark.parametrize("name", ["mill", "mill.txt", "mill.html", "mill.part", "mill.pdf"])
@pytest.mark.parametrize("kind", ["html", "html in UTF-16", "gz", "odt", "epub", "tar", "warc", "feed"])
def test_content_that_surely_tells_its_kind_is_read_under_any_name(tmp_path: Path, name: str, kind: str) -> None:
    file = tmp_path / name
    item = f"<item><description>{MILL}</description></item>"
    feed = f"<?xml version='1.0'?><!-- a --><rss version='2.0'><channel>{item}</channel></rss>"
    match kind:
        case "odt":
            odt(file, f"<text:p>{MILL}</text:p>")
        case "epub":
            epub(file, {"a.xhtml": f"<p>{MILL}</p>"})
        case _:
            data = {
                "html": page(MILL).encode(),
                "html in UTF-16": page(MILL).encode("utf-16"),
                "gz": gzip.compress(page(MILL).encode()),
                "tar": tarred({"mill.txt": MILL}),
                "warc": response(URL, page(MILL)),
                "feed": feed.encode(),
            }
            written(file, data[kind])
    assert [MILL in item.text for item in articles(file)] == [True]


def test_a_package_named_as_an_archive_is_a_document_and_other_packages_are_unsupported(tmp_path: Path) -> None:
    assert [item.text for item in articles(odt(tmp_path / "a.zip", f"<text:p>{MILL}</text:p>"))] == [MILL]
    for name in ("a.xlsx", "b.zip"):
        file = written(tmp_path / name, zipped({"[Content_Types].xml": "<x/>", "xl/a.xml": "<x/>"}))
        assert "No reader" in skipped(file)[""]
    assert "No reader" in skipped(written(tmp_path / "a.bz2", bz2.compress(MILL.encode())))[""]


def test_xml_is_read_by_its_root_element(tmp_path: Path) -> None:
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>{MILL}</content></entry></feed>'
    (entry,) = articles(written(tmp_path / "a.xml", atom.encode()))
    assert entry.text == MILL
    assert "not an RSS or Atom feed" in skipped(written(tmp_path / "b.xml", b"<invoice/>"))[""]
    (html,) = articles(written(tmp_path / "c.xml", b"<?xml version='1.0'?>" + page(MILL).encode()))
    assert MILL in html.text


@pytest.mark.parametrize("comment", ["<!-- -->", "<?a?>", "<!doctype a>", "<!--"])
def test_telling_a_kind_takes_no_time(tmp_path: Path, comment: str) -> None:
    assert len(read(written(tmp_path / "a.txt", comment.encode() * 2000))) == 1


# Folders


def test_links_that_lead_round_in_circles_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "mill.txt").write_text(MILL, encoding="utf-8")
    found = readers.find(tmp_path)
    assert [file.name for file in found] == ["mill.txt", "self.txt", "up"]
    items = {Path(item.origin).name: item for file in found for item in readers.read(file)}
    assert isinstance(items["mill.txt"], SourceArticle)
    assert "link to a folder" in items["up"].reason  # type: ignore[union-attr]
    assert "to nothing, or to itself" in items["self.txt"].reason  # type: ignore[union-attr]


def test_devices_and_pipes_are_refused_unopened(tmp_path: Path) -> None:
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "news.zip")
    assert all("no file" in why for name in ("zero.txt", "news.zip") for why in skipped(tmp_path / name).values())
