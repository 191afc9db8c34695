"""`find_entities`: dates, times, money, percentages, numbers, e-mails, URLs and phones, by regular expressions."""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
MONTH_ELSEWHERE = (
    r"(?:januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre"
    r"|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|gennaio|febbraio|aprile"
    r"|maggio|giugno|luglio|settembre|ottobre|dicembre)\b"
)
"""German, French, Spanish, Portuguese and Italian months that are not written as in English."""
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_CURRENCY = (
    r"(?:€|\$|£|¥|￥|₹|zł|EUR|USD|GBP|CHF|JPY|INR|SEK|NOK|DKK|PLN|CZK|CAD|AUD|euros?|dollars?|pounds?|francs?|cents?|crowns?"
    r"|kroner|kronor|kr\b|yen|rupees?|pesos?)"
)
_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)"
_AMOUNT = r"(?:\d{1,3}(?:[,. ’']\d{3})+|\d+)(?:[.,]\d{1,2})?"
_SCALE = r"(?:\s(?:thousand|million|billion|m|bn|k)\b)?"

PATTERNS: dict[str, str] = {
    "URL": r"(?:https?://|www\.)[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]",
    "EMAIL": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+",
    "IBAN": r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)",
    "DATE": (
        rf"(?:{_DAY},?\s+)?(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{4}})?"
        rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}})?|{_MONTH}\s+\d{{4}})"
        r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})\b"
        r"|\b\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,}\.?\s+(?:de\s+)?(?:1[5-9]|20)\d{2}\b"
        rf"|\b\d{{1,2}}(?:er\b|\.|º)?\s+(?:de\s+)?{MONTH_ELSEWHERE}"
        r"|(?<!\d)(?:\d{4}年\s?)?\d{1,2}月\s?\d{1,2}[日号號]|(?<!\d)\d{4}年(?:\s?\d{1,2}月)?"
        rf"|\b{_DAY}s?\b|\b(?:yesterday|tomorrow|(?:last|next)\s(?:week|month|year|{_DAY}))\b"
    ),
    "TIME": r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b\.?)?|\b\d{1,2}\s?[ap]\.?m\b\.?|\b\d{1,2}\so'clock\b"
    rf"|\b(?:half|quarter|twenty|ten|five) (?:past|to) {_HOUR}\b"
    rf"|(?<=\bat ){_HOUR}(?=\W*$|[.,;:!?)]|\s(?:on|in the|o'clock)\b)"
    r"|(?:上午|下午|午前|午後)\s?\d{1,2}[时時点點](?:半|\d{1,2}分)?|(?<!\d)\d{1,2}[时時](?:半|\d{1,2}分)?(?!间|間)",
    "MONEY": rf"{_CURRENCY}\s?{_AMOUNT}{_SCALE}|\b{_AMOUNT}{_SCALE}\s?{_CURRENCY}(?!\w)"
    r"|(?<![\d.,])\d[\d,]*(?:\.\d+)?[万萬亿億]?\s?(?:元|円|圓|圆|人民币|日元)",
    "PERCENT": r"(?<!\d)\d+(?:[.,]\d+)?\s?(?:%|percent\b|per cent\b)",
    "PHONE": r"(?<![\w.,])\+\d{8,15}(?!\w)"
    r"|(?:(?<=tel)|(?<=tel[.:])|(?<=tel[.:] )|(?<=phone)|(?<=phone:)|(?<=phone: )) ?\d{6,15}(?!\w)"
    r"|(?<![\w.,])(?:\+\d{1,3}[ -]?)?(?:\(\d{2,5}\)[ -]?)?\d{2,5}(?:[ -]\d{2,8}){1,4}(?![\w.,]\d)",
    "NUMBER": r"(?<![\w.,])[-+]?(?:\d{1,3}(?:[,’']\d{3})+|\d+)(?:\.\d+)?(?!\w)",
}
"""By entity group; of two matches that overlap, the one of the group listed first wins."""


@dataclass(frozen=True)
class Entity:
    """An entity, and where it is in a text."""

    group: str
    word: str
    start: int
    end: int


def is_iban(text: str) -> bool:
    """Whether the check digits of an account number are right (ISO 13616)."""
    plain = text.replace(" ", "").upper()
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def find_entities(text: str, accept: Callable[[Entity], bool] = lambda found: True) -> list[Entity]:
    """All entities that `accept` confirms, in order, without overlaps."""
    taken: list[Entity] = []
    for group, form in PATTERNS.items():
        for match in re.finditer(form, text, re.IGNORECASE):
            found = Entity(group, match.group(), *match.span())
            if group == "IBAN" and not is_iban(found.word):
                continue
            if group == "PHONE" and not 6 <= sum(char.isdigit() for char in found.word) <= 15:
                continue
            place = bisect_left(taken, found.start, key=lambda other: other.start)
            free_before = place == 0 or taken[place - 1].end <= found.start
            free_after = place == len(taken) or found.end <= taken[place].start
            if free_before and free_after and accept(found):
                taken.insert(place, found)
    return taken
