"""Every sentence of the pages has a Chinese one, every act an English name, and what is read is what is written."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from bonded.rules.errors import NotFound, Problem
from bonded.web.refusals import refusal_sentence
from bonded.web.words import word_of
from config.translations import LANGUAGES, catalogue_of, compiled, gathered, read

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
by_language = pytest.mark.parametrize("language", LANGUAGES)


@by_language
def test_catalogue__is_what_the_code_says(language: str) -> None:
    text, untranslated = gathered(language)

    # Lines tell what differs, and more briefly than bytes.
    assert set(text.decode().splitlines()) ^ set(catalogue_of(language).read_text().splitlines()) == set()
    assert text == catalogue_of(language).read_bytes(), "Run `make translations`."
    assert untranslated == 0, "Write the missing sentences into the catalogue."


@by_language
def test_catalogue__is_compiled(language: str) -> None:
    assert catalogue_of(language).with_suffix(".mo").read_bytes() == compiled(language)


@by_language
def test_catalogue__keeps_placeholders(language: str) -> None:
    for one in read(language):
        # A plural's forms each hold what its sentence holds.
        forms = one.string if isinstance(one.string, list | tuple) else [one.string]
        sentence = one.id[-1] if isinstance(one.id, list | tuple) else one.id
        for form in forms if one.id else []:
            assert sorted(PLACEHOLDER.findall(str(sentence))) == sorted(PLACEHOLDER.findall(str(form))), one.id


@pytest.mark.parametrize(
    ("language", "state", "word"),
    [
        ("en", "bonded.withdrawal.release", "Released"),
        ("en", "polished_diamond", "Polished diamond"),
        ("en", "vat", "VAT"),
        ("zh-hans", "bonded.withdrawal.release", "放行"),
        ("zh-hans", "polished_diamond", "已切磨钻石"),
        # A word that nobody knows is told without underscores.
        ("zh-hans", "some_word", "Some word"),
    ],
)
def test_word_of__is_in_the_readers_language(language: str, state: str, word: str) -> None:
    with override(language):
        assert word_of(state) == word


def test_refusal_sentence__is_in_the_readers_language() -> None:
    refusal = NotFound("There is no such lot.")

    with override("en"):
        assert refusal_sentence(refusal) == "There is no such lot."
    with override("zh-hans"):
        assert refusal_sentence(refusal) == "没有此内容，或您无权查看。"
        assert refusal_sentence(Problem("unheard_of", "As it is.")) == "As it is."
