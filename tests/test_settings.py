"""Settings: what is set is used, what is mistyped is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Settings, load_settings
from rag.errors import SettingsError
from rag.settings import fields


def test_without_any_variable_there_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOSSIER_HOME")
    assert load_settings() == Settings()
    assert load_settings().models.writer == "extractive"
    assert load_settings().home.name == "dossier"


@pytest.mark.parametrize("name", ["DOSSIER_RETRIEVAL__EVIDENCE", "dossier_retrieval__evidence"])
def test_a_nested_setting_is_read_in_any_case(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "5")
    assert load_settings().retrieval.evidence == 5


def test_every_setting_that_is_listed_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, described in fields(Settings(home=Path("/somewhere"))):
        assert described
        monkeypatch.setenv(name, str(value))
    assert load_settings() == Settings(home=Path("/somewhere"))


@pytest.mark.parametrize(
    "name",
    ["DOSSIER_COLOUR", "DOSSIER_RETREIVAL__EVIDENCE", "DOSSIER_RETRIEVAL__EVIDENSE", "DOSSIER_RETRIEVAL_EVIDENCE",
     "DOSSIER_RETRIEVAL", "DOSSIER_MODELS", "DOSSIER_"],
)  # fmt: skip
def test_a_name_that_is_no_setting_is_refused_with_those_that_are(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "5")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert name in str(raised.value)
    assert "DOSSIER_RETRIEVAL__EVIDENCE" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOSSIER_PASSAGES__SIZE", "99"),
        ("DOSSIER_PASSAGES__SIZE", "many"),
        ("DOSSIER_RETRIEVAL__DENSE_WEIGHT", "1.1"),
        ("DOSSIER_ANSWERS__THRESHOLD", "-0.1"),
        ("DOSSIER_MODELS__TIMEOUT", "0"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as raised:
        load_settings()
    assert raised.value.hint


def test_other_programs_variables_are_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSSIERS_HOME", "x")
    monkeypatch.setenv("RETRIEVAL__EVIDENCE", "5")
    assert load_settings().retrieval.evidence == 8


def test_a_key_is_not_shown() -> None:
    settings = Settings(models={"api_key": "sk-secret"})  # type: ignore[arg-type]
    assert "sk-secret" not in repr(settings)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().retrieval.evidence = 3


@pytest.mark.parametrize("name", ["DOSSIER_PASSAGES__SIZE", "DOSSIER_HOME"])
def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name, raising=False)
    unset = load_settings()
    monkeypatch.setenv(name, "")
    assert load_settings() == unset
