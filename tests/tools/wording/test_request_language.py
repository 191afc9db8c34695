"""Recognising the language of a request."""

import pytest

from hugginggpt.tools.wording.request_language import language_of, own_words
from hugginggpt.tools.wording.wording import LANGUAGES, wording

REQUESTS = [
    ("es", "Describe la foto playa.jpg"),
    ("es", "resume este texto: 'hola a todos' y traducelo al ingles"),
    ("es", "¿Cuántas personas hay en grupo.png?"),
    ("es", "Transcribe la nota de voz nota.m4a y léela en voz alta"),
    ("fr", "Décris l'image plage.jpg"),
    ("fr", "transcris audio.mp3 et resume-le en trois phrases"),
    ("fr", "combien de voitures y a-t-il sur rue.png ?"),
    ("fr", "Peux-tu lire le texte de page.png à voix haute ?"),
    ("de", "Beschreibe das Bild strand.jpg"),
    ("de", "Lies den Text in seite.png vor"),
    ("de", "fasse den Brief brief.txt zusammen und übersetze ihn ins Englische"),
    ("de", "Wie viele Hunde sind auf hunde.jpg?"),
    ("es", "Llama a Juan"),
    ("pt", "Chame a Maria"),
    ("de", "Was steht in brief.txt?"),
    ("pt", "descreva a foto praia.jpg e leia a descrição"),
    ("zh", "把a.png里的文字翻译成英文并朗读出来"),
    ("zh", "描述一下 photo.jpg。"),
    ("zh", "图片 b.jpg 里有几个人？"),
    ("ja", "画像 a.png を説明してください"),
    ("other", "Опиши фото пляж.jpg"),
    ("it", "Descrivi la foto spiaggia.jpg e traduci la descrizione"),
    ("en", "Describe the photo and translate 'hola a todos' to English"),
]


@pytest.mark.parametrize(("language", "text"), REQUESTS)
def test_a_request_is_recognised_by_its_own_words(language: str, text: str) -> None:
    """By script or common words, with or without accents; quotations and file names do not count."""
    assert language_of(own_words(text)) == language


SHORT = (
    "Build me a rocket|Book a flight|Call me a taxi|Plan a trip|Fix a bug|Buy me a car|Sing me a lullaby|Compose a song"
    "|Find Ana a doctor|Greet Marco|Film a volcano|Rent a villa|Adopt a llama|Call Juan|Bring me a beer|Do a backflip"
    "|Draw El Greco|Read La Repubblica|Summarise Le Monde|Translate Das Boot|Paint Los Angeles|Order a pizza"
)


@pytest.mark.parametrize("text", SHORT.split("|"))
def test_a_short_request_in_english_is_english(text: str) -> None:
    """Words that English shares with another language ("a", "me"), and names, make no other language of it."""
    assert language_of(own_words(text)) == "en"


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_examples_are_recognised_as_their_own_language(code: str) -> None:
    """At least 95 in 100; the others are words that two languages write alike ("recorta {file}")."""
    examples = [example.phrase for example in wording(code).examples]
    recognised = [language_of(own_words(_filled(phrase))) == code for phrase in examples]
    assert sum(recognised) >= 0.95 * len(examples)


def _filled(phrase: str) -> str:
    for name, value in (("file", "IMG_1.jpg"), ("text", '"x"'), ("language", ""), ("number", "3")):
        phrase = phrase.replace(f"{{{name}}}", value)
    return phrase
