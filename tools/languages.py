"""`NAMES` of languages by ISO 639-1 code, `iso1` of a name, and the codes of eSpeak NG, FLORES-200 and mBART-50.

What follows from the standards comes from langcodes, which is imported on first use, as it takes a tenth of a second.
"""

import functools
import re
from pathlib import Path

NAMES: dict[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani", "be": "Belarusian",
    "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech",
    "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish",
    "gd": "Scottish Gaelic", "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "ig": "Igbo",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh",
    "km": "Khmer", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin",
    "lb": "Luxembourgish", "ln": "Lingala", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy",
    "mi": "Maori", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay",
    "mt": "Maltese", "my": "Burmese", "nb": "Norwegian", "ne": "Nepali", "nl": "Dutch", "ny": "Chichewa",
    "oc": "Occitan", "om": "Oromo", "or": "Odia", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda", "sa": "Sanskrit", "sd": "Sindhi", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sm": "Samoan", "sn": "Shona", "so": "Somali", "sq": "Albanian",
    "sr": "Serbian", "su": "Sundanese", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu",
    "tg": "Tajik", "th": "Thai", "ti": "Tigrinya", "tk": "Turkmen", "tl": "Tagalog", "tr": "Turkish", "tt": "Tatar",
    "ug": "Uyghur", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "wo": "Wolof", "xh": "Xhosa",
    "yi": "Yiddish", "yo": "Yoruba", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
"""English names by ISO 639-1 code, as shown to users and as models' prompts spell them."""

_ALIASES = {"mandarin": "zh", "castilian": "es", "farsi": "fa", "norwegian bokmal": "nb", "no": "nb", "brazilian": "pt"}

SPOKEN: dict[str, str] = {
    code: NAMES[code]
    for code in """af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gd gu hi hr hu hy id is it ka kk
    kn ko ku ky la lb lt lv mk ml mr ms mt nb ne nl pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh""".split()
}
"""The languages that eSpeak NG speaks well enough to offer. Japanese is left out: it can't read kanji."""
_ESPEAK_LANGUAGES = {"zh": "cmn", "en": "en-us"}

_MEMBERS = {
    "ar": "arb", "az": "azj", "fa": "pes", "ku": "kmr", "lv": "lvs", "mg": "plt", "mn": "khk", "ms": "zsm", "ne": "npi",
    "om": "gaz", "or": "ory", "ps": "pbt", "sq": "als", "sw": "swh", "uz": "uzn", "yi": "ydd",
}  # fmt: skip
"""ISO 639-3 of the member that FLORES-200 means, where ISO 639-1 names a macro-language."""
_NOT_IN_FLORES = {"la"}
_MBART = """af_ZA ar_AR az_AZ bn_IN cs_CZ de_DE en_XX es_XX et_EE fa_IR fi_FI fr_XX gl_ES gu_IN he_IL hi_IN hr_HR id_ID
it_IT ja_XX ka_GE kk_KZ km_KH ko_KR lt_LT lv_LV mk_MK ml_IN mn_MN mr_IN my_MM ne_NP nl_XX pl_PL ps_AF pt_XX ro_RO ru_RU
si_LK sl_SI sv_SE sw_KE ta_IN te_IN th_TH tl_XX tr_TR uk_UA ur_PK vi_VN xh_ZA zh_CN""".split()


def iso1(language: str) -> str | None:
    """ISO 639-1 code of a language given by name or code (`pt-BR` is `pt`); None for one that has no such code."""
    given = language.strip().lower().replace("_", "-")
    by_name = {name.lower(): code for code, name in NAMES.items()} | _ALIASES
    primary = given.partition("-")[0]
    if found := by_name.get(given) or by_name.get(primary):
        return found
    return primary if re.fullmatch(r"[a-z]{2}", primary) else _found_by_name(language.strip())


def iso1_of_tag(tag: str) -> str | None:
    """ISO 639-1 code of the tag of a file: `de` for `ger`, `deu` and `de-AT`; None for one that names no language."""
    from langcodes import standardize_tag

    try:
        return iso1(standardize_tag(tag))
    except ValueError:
        return None


def english_name(code: str) -> str:
    """`French` for `fr`; the code itself where it stands for no language."""
    return NAMES.get(code) or name_in(code, "en")


def name_in(code: str, language: str) -> str:
    """The name of a language in another: `anglais` for `en` in `fr`; in English where there is no other."""
    names = _names().get(code, {})
    return names.get(language) or NAMES.get(code) or names.get("en") or code


def spoken(language: str) -> str | None:
    """ISO 639-1 code of a language given by name or code; None for one that eSpeak NG does not speak."""
    code = iso1(language)
    return code if code in SPOKEN else None


def spoken_in(text: str) -> str | None:
    """Code of the spoken language that a text names (`say it in Spanish`), if exactly one."""
    words = f" {text.lower()} ".replace(".", " ").replace(",", " ")
    found = {code for code, name in SPOKEN.items() if f" {name.lower()} " in words}
    return found.pop() if len(found) == 1 else None


def espeak_language(code: str) -> str:
    """eSpeak NG's name of a language by ISO 639-1 code."""
    return _ESPEAK_LANGUAGES.get(code, code)


def iso3(code: str) -> str | None:
    """ISO 639-3 for an ISO 639-1 code; of macro-languages the member that FLORES-200 means."""
    if code in _MEMBERS:
        return _MEMBERS[code]
    from langcodes import Language

    try:
        return Language.get(code, normalize=False).to_alpha3()
    except (LookupError, ValueError):  # LanguageTagError is a ValueError
        return None


def flores200(code: str) -> str | None:
    """The code in FLORES-200, which NLLB uses: `fra_Latn` for `fr`; in the language's usual script."""
    if code not in NAMES or code in _NOT_IN_FLORES:
        return None
    from langcodes import Language

    script = Language.get(code).maximize().script or ""
    return f"{iso3(code)}_{'Hang' if script == 'Kore' else script}"


def mbart50(code: str) -> str | None:
    """The code in mBART-50: `fr_XX` for `fr`."""
    return next((each for each in _MBART if each.startswith(f"{code}_")), None)


@functools.cache
def model_codes() -> frozenset[str]:
    """Every FLORES-200 and mBART-50 code known here, for users who write those themselves."""
    return frozenset(filter(None, (*(flores200(code) for code in NAMES), "ckb_Arab", *_MBART)))


def _found_by_name(name: str) -> str | None:
    """The code of a language by its name in any language (`français`)."""
    return _codes().get(name.casefold())


@functools.cache
def _lines() -> list[list[str]]:
    """Codes with the names of CLDR, in the languages of the first line and then in all others (Unicode License v3)."""
    text = Path(__file__).with_name("language_names.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


@functools.cache
def _names() -> dict[str, dict[str, str]]:
    columns, *lines = _lines()
    return {code: dict(zip(columns[1:], names, strict=False)) for code, *names in lines}


@functools.cache
def _codes() -> dict[str, str]:
    """The codes of two letters by every name; a name of several languages is the first one's."""
    return {
        name.casefold(): code for code, *names in reversed(_lines()[1:]) if len(code) == 2 for name in names if name
    }
