"""`asks_author`, `signed_by`: who wrote a text as a whole: by its signature, or a line that names its author.

A sentence in it that says "... wrote" tells who wrote something else.
"""

import re

from .answer_kinds import NAME

_FILE = re.compile(r"\b[\w-]+\.[a-z][a-z0-9]{1,4}\b", re.IGNORECASE)
_NOUN = (
    r"e-?mails?|mails?|letters?|messages?|texts?|notes?|documents?|files?|reports?|brief|nachricht|dokument|lettre|texte"
    r"|courriel|carta|mensaje|texto|correo|documento|mensagem"
)
_THIS = (
    rf"(?:(?:this|these|that|the|dies\w*|das|der|den|die|cette|cet|ce|la|le|l['’]|est[ea]|el|o|a) ?)?"
    rf"(?:(?:{_NOUN}|it|es|this|FILE) ?)+"
)
_POINTS = re.compile(r"\b(?:FILE|this|these|it|dies\w*|cette|cet|ce|est[ea])\b")
_ASKED = (
    rf"who (?:wrote|signed|has written|has signed) {_THIS}",
    rf"who (?:is|was) {_THIS}?(?:written|signed) by",
    rf"(?:by )?who(?:m)? (?:is|was) {_THIS}?(?:written|signed)(?: by)?",
    rf"who(?: is|'s|’s|se|) (?:the )?(?:author|writer) of {_THIS}",
    rf"wer hat {_THIS}(?:geschrieben|verfasst|unterschrieben)",
    rf"von wem (?:ist|stammt|wurde) {_THIS}(?:geschrieben| verfasst)?",
    rf"qui a (?:écrit|rédigé|signé) {_THIS}",
    rf"quién (?:escribió|firmó) {_THIS}",
    rf"quem (?:escreveu|assinou) {_THIS}",
)
_QUESTION = re.compile(rf"(?:{'|'.join(_ASKED)})", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?:(?:with )?(?:kind|best|warm|many|friendly)(?:est)? (?:regards|wishes|greetings)|regards|best"
    r"|all the best|sincerely(?: yours)?"
    r"|yours(?: \w+)?|cheers|love|(?:many )?thanks|respectfully"
    r"|(?:mit )?(?:freundlichen|herzlichen|besten|vielen|lieben|schönen) grüßen"
    r"|(?:viele|liebe|beste|herzliche|schöne) grüße|gruß|hochachtungsvoll"
    r"|(?:bien )?cordialement|(?:bien )?à vous|salutations(?: distinguées)?|amicalement"
    r"|atentamente|(?:un )?(?:cordial )?saludos?(?: cordiales)?|un abrazo|cordialmente"
    r"|atenciosamente|(?:com os )?(?:melhores )?cumprimentos|um abraço)",
    re.IGNORECASE,
)
_SIGNED = re.compile(rf"(?:.*[.!?]\s+)?(?P<closing>{_CLOSING.pattern})\s*(?:[,!.]\s*(?P<name>[^,]*))?", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:author|written by|by|from|signed|verfasser|autorin|autor|auteur|autora|por|par|von)\s*:|(?:written |signed )?by)"
    r"\s+(?P<name>\S.*)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|liebe[rs]?|sehr|hallo|chère?|bonjour|hola|querid[oa]s?|estimad[oa]s?|olá|car[oa])\b", re.I
)


def asks_author(question: str, text: str) -> bool:
    """Whether a question asks who wrote the text itself, and not something in it: a report that the text names."""
    plain = " ".join(_FILE.sub(" FILE ", question).split()).strip(" ?!.¿,")
    if _QUESTION.fullmatch(plain) is None:
        return False
    nouns = re.findall(rf"\b(?:{_NOUN})\b", plain, re.IGNORECASE)
    return _POINTS.search(plain) is not None or not any(re.search(rf"\b{noun}\b", text, re.I) for noun in nouns)


def signed_by(text: str) -> str:
    """The name below the closing words of a letter, or in the line that names the author; empty where it has neither."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(">")]
    for number, line in enumerate(lines):
        if match := _SIGNED.fullmatch(line):
            name = match["name"] or (lines[number + 1] if number + 1 < len(lines) else "")
            if _is_name(name):
                return name.strip(" ,.")
    if len(lines) > 1 and _GREETING.match(lines[0]) and _is_name(lines[-1], most=3):
        return lines[-1]
    return next((m["name"].strip(" .") for m in map(_BYLINE.fullmatch, lines) if m and _is_name(m["name"])), "")


def _is_name(words: str, most: int = 5) -> bool:
    return 0 < len(words.split()) <= most and NAME.match(words) is not None and words.strip()[-1] not in ":?!"
