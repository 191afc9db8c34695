"""Languages as translation models name them: from an English name or ISO 639-1 code to a tokenizer's own code."""

import re
from collections.abc import Iterable

from ..languages import NAMES, code

_MORE = {
    "as": "Assamese", "bo": "Tibetan", "gl": "Galician", "ha": "Hausa", "he": "Hebrew", "ht": "Haitian Creole",
    "ig": "Igbo", "ja": "Japanese", "jv": "Javanese", "km": "Khmer", "ln": "Lingala", "lo": "Lao", "mg": "Malagasy",
    "mi": "Maori", "mn": "Mongolian", "my": "Burmese", "ny": "Chichewa", "oc": "Occitan", "om": "Oromo", "or": "Odia",
    "ps": "Pashto", "rw": "Kinyarwanda", "sa": "Sanskrit", "sd": "Sindhi", "si": "Sinhala", "sm": "Samoan",
    "sn": "Shona", "so": "Somali", "su": "Sundanese", "tg": "Tajik", "ti": "Tigrinya", "tk": "Turkmen", "tl": "Tagalog",
    "tt": "Tatar", "ug": "Uyghur", "wo": "Wolof", "xh": "Xhosa", "yi": "Yiddish", "yo": "Yoruba", "zu": "Zulu",
}  # fmt: skip

_THREE = """af afr am amh ar arb as asm az azj be bel bg bul bn ben bo bod bs bos ca cat cs ces cy cym da dan de deu el ell
en eng eo epo es spa et est eu eus fa pes fi fin fr fra ga gle gd gla gl glg gu guj ha hau he heb hi hin hr hrv ht hat
hu hun hy hye id ind ig ibo is isl it ita ja jpn jv jav ka kat kk kaz km khm kn kan ko kor ku kmr ky kir la lat lb ltz
ln lin lo lao lt lit lv lvs mg plt mi mri mk mkd ml mal mn khk mr mar ms zsm mt mlt my mya nb nob ne npi nl nld ny nya
oc oci om gaz or ory pa pan pl pol ps pbt pt por ro ron ru rus rw kin sa san sd snd si sin sk slk sl slv sm smo sn sna
so som sq als sr srp su sun sv swe sw swh ta tam te tel tg tgk th tha ti tir tk tuk tl tgl tr tur tt tat ug uig uk ukr
ur urd uz uzn vi vie wo wol xh xho yi ydd yo yor zh zho zu zul""".split()
_ISO3 = dict(zip(_THREE[::2], _THREE[1::2], strict=True))
"""ISO 639-3 by ISO 639-1; of macro-languages the member that NLLB's table (FLORES-200) means."""

_SCRIPTS = {"zh": "zho_Hans", "ar": "arb_Arab", "sr": "srp_Cyrl", "ku": "kmr_Latn", "ks": "kas_Arab"}
"""Where a language stands in several scripts."""


def iso1(language: str) -> str | None:
    """ISO 639-1 code of a language by name or code; None for one not known here."""
    asked = language.strip().lower()
    by_name = {name.lower(): short for short, name in _MORE.items()}
    return code(asked) or by_name.get(asked) or (asked[:2] if re.fullmatch(r"[a-z]{2}([-_].*)?", asked) else None)


def english_name(short: str) -> str:
    """`French` for `fr`; the code where there is no name."""
    return NAMES.get(short) or _MORE.get(short) or short


def own_code(short: str, known: Iterable[str]) -> str | None:
    """How a tokenizer with the tokens `known` writes a language: `fra_Latn`, `fr_XX`, `__fr__` or `>>fra<<`."""
    tokens = set(known)
    three = _ISO3.get(short, "")
    exact = (_SCRIPTS.get(short, ""), f"__{short}__", f">>{short}<<", f">>{three}<<")
    found = next((token for token in exact if token in tokens), None)
    if found is not None:
        return found
    begin = (f"{short}_", f"{three}_" if three else "\0", f">>{three}_" if three else "\0")
    fitting = sorted(
        token for token in tokens if token.startswith(begin) and re.fullmatch(r"\W*\w{2,3}_\w{2,4}\W*", token)
    )
    return fitting[0] if fitting else None


def detected(text: str) -> str | None:
    """The language that a text is in, by py3langid of the extra `embedded`; None without it."""
    try:
        from ..embedded.experts.identify_language import rank_languages

        return rank_languages(text)[0][0]
    except ImportError:
        return None
