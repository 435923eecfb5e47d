"""Languages: as stated and made regular, or told from the words; no guess where the words do not tell."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import readers
from corpus.article import SourceArticle
from corpus.language import detect, normal

SENTENCES = {
    "en": "The bridge over the Krommel opened on Monday after seven years of work.",
    "de": "Die Brücke über die Krommel wurde am Montag nach sieben Jahren Arbeit eröffnet.",
    "fr": "Le pont sur la Krommel a ouvert lundi après sept ans de travaux, a dit le maire.",
    "es": "El puente sobre el Krommel se abrió el lunes tras siete años de obras, dijo el alcalde.",
    "cs": "Most přes Krommel se otevřel v pondělí po sedmi letech práce, řekl starosta.",
    "ja": "クロンメル川に架かる橋は、七年の工事を経て月曜日に開通した。",
    "ru": "Мост через Кроммель открылся в понедельник после семи лет работ, сказал мэр.",
    "ar": "افتتح الجسر فوق النهر يوم الاثنين بعد سبع سنوات من العمل، قال رئيس البلدية.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_one_sentence_tells_its_language(language: str) -> None:
    assert detect(SENTENCES[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The mill",
        "12 345 678 " * 50,
        "asdkjh qwkejh zxcmnb qwe " * 4,
        "word " * 100,
        "x" * 500,
        "https://a.example/b",
    ],
)
def test_what_does_not_tell_its_language_has_none(text: str) -> None:
    assert detect(text) is None


@given(st.text())
def test_any_text_has_a_language_of_two_letters_or_none(text: str) -> None:
    found = detect(text)
    assert found is None or (len(found) == 2 and normal(found) == found)


def test_a_verdict_is_quick_and_does_not_depend_on_those_before() -> None:
    texts = [sentence * 500 for sentence in SENTENCES.values()]
    first = [detect(text) for text in texts]
    start = time.perf_counter()
    again = [detect(text) for _ in range(20) for text in reversed(texts)]
    assert (time.perf_counter() - start) / len(again) < 0.01  # a tenth of it on an idle machine
    assert again[: len(texts)] == first[::-1]


@pytest.mark.parametrize(
    ("stated", "tag"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en_US", "en-US"),
        ("en-us", "en-US"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("English", "en"),
        (" Deutsch ", "de"),
        ("日本語", "ja"),
        ("eng", "en"),
        ("ger", "de"),
        ("de-1996", "de-1996"),
        ("iw", "he"),
        ("xx", None),
        ("klingon", None),
        ("und", None),
        ("zxx", None),
        ("en; charset=utf-8", None),
        ("<script>", None),
        ("", None),
        (None, None),
    ],
)
def test_a_stated_language_becomes_a_regular_tag_or_is_dropped(stated: str | None, tag: str | None) -> None:
    assert normal(stated) == tag


@given(st.text())
def test_a_regular_tag_stays_as_it_is(text: str) -> None:
    tag = normal(text)
    assert tag is None or normal(tag) == tag


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("fr_CA", ("fr-CA", "given")),
        ("Nonsense", ("en", "text")),
        (None, ("en", "text")),
    ],
)
def test_readers_keep_what_is_stated_and_tell_the_rest_from_the_text(
    tmp_path: Path, stated: str | None, found: tuple[str, str]
) -> None:
    record = {"text": SENTENCES["en"]} | ({"language": stated} if stated else {})
    (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    (article,) = readers.read(tmp_path / "a.jsonl")
    assert isinstance(article, SourceArticle)
    assert (article.language, article.language_from) == found
