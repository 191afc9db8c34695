"""Languages by ISO 639-1 code and English name, and the eSpeak NG voice that speaks each."""

NAMES: dict[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "gd": "Scottish Gaelic", "gu": "Gujarati",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic",
    "it": "Italian", "ka": "Georgian", "kk": "Kazakh", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz",
    "la": "Latin", "lb": "Luxembourgish", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam",
    "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "nb": "Norwegian", "ne": "Nepali", "nl": "Dutch", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""What eSpeak NG speaks well enough to offer. Japanese is left out: it can't read kanji."""

_OTHER_NAMES = {
    "mandarin": "zh",
    "castilian": "es",
    "farsi": "fa",
    "norwegian bokmal": "nb",
    "no": "nb",
    "brazilian": "pt",
}
_VOICES = {"zh": "cmn", "fr": "fr-fr", "en": "en-us"}


def code(language: str) -> str | None:
    """ISO 639-1 code of a language given by name or code (`pt-BR` is `pt`); None for one not in the table."""
    asked = language.strip().lower().replace("_", "-")
    by_name = {name.lower(): code for code, name in NAMES.items()} | _OTHER_NAMES
    primary = asked.partition("-")[0]
    return by_name.get(asked) or (primary if primary in NAMES else by_name.get(primary))


def voice(language: str) -> str:
    """eSpeak NG's voice for an ISO 639-1 code."""
    return _VOICES.get(language, language)


def named(text: str) -> str | None:
    """Code of the language that a request names (`say it in Spanish`), if just one."""
    lower = f" {text.lower()} "
    found = {code for code, name in NAMES.items() if f" {name.lower()} " in lower.replace(".", " ").replace(",", " ")}
    return found.pop() if len(found) == 1 else None
