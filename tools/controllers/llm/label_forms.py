"""`LabelForms`: labels and languages as people write them, and whether a sentence names or denies one.

A form after a negation and words of degree is denied: "not a dog", "hardly very happy".
"""

import re
from collections.abc import Collection, Iterable, Mapping

from ...languages import NAMES, iso1
from ...wording.phrases import phrases
from ...wording.wording import LANGUAGES, UNSPACED, folded, wording
from .expressions import said_for

CLOSED = frozenset(("positive", "negative", "neutral"))
"""Labels with a name in each language: where one of them was found, another is wrong."""
_ENGLISH = frozenset(map(folded, NAMES.values()))
"""English names of languages, which have no endings: Germany is no German."""


class LabelForms:
    """The forms of labels in English and in the language of a request."""

    def __init__(self, language: str) -> None:
        """`language`: the code of the request's language."""
        self.codes = {"en", language} & set(LANGUAGES)
        """The languages whose words are known."""
        self.languages = self._named(self.codes)
        """Code of each language by its names."""
        self._denial = re.compile("|".join(map(_denials, sorted(self.codes))))
        self._edge = "" if self.codes & set(UNSPACED) else r"(?<![^\W_])"

    def of(self, label: str, *, language: bool = False) -> set[str]:
        """A label as people write it. `language`: it is the code of one."""
        plain = label.casefold()
        if language and (code := iso1(label)):
            return {name for name, each in self.languages.items() if each == code} | {plain} - {code}
        said = said_for(plain, self.codes) if plain in CLOSED else ()
        return self.named(plain) | {folded(each) for each in said}

    def named(self, label: str) -> set[str]:
        """A label by its name in each language, without what people say for it."""
        return {label, *(phrases(code).named("labels", label).casefold() for code in self.codes)} - {""}

    def any_name_of(self, language: str) -> set[str]:
        """The names of a language in every language that is known here."""
        code = iso1(language)
        return {name for name, each in self._named(LANGUAGES).items() if each == code}

    def names(self, form: str, sentence: str) -> bool:
        """Whether a sentence names it at a place where it does not deny it."""
        return any(not self.denies(sentence, start) for start in self.places(form, sentence))

    def names_any(self, forms: Iterable[str], sentence: str) -> bool:
        """Whether a sentence names one of them."""
        return any(self.names(form, sentence) for form in forms)

    def denies(self, sentence: str, start: int) -> bool:
        """Whether what stands at `start` is denied by the words before it."""
        return self._denial.search(folded(sentence[:start])) is not None

    def places(self, form: str, sentence: str) -> list[int]:
        """Where a sentence has it, denied or not."""
        end = r"(?![^\W_])" if form in _ENGLISH and self._edge else ""
        pattern = self._edge + re.escape(folded(form)) + end
        return [match.start() for match in re.finditer(pattern, folded(sentence))]

    def missing(self, sentence: str) -> list[str]:
        """What a sentence says of a result that is missing: "could not be determined"."""
        return sorted(each for each in said_for("missing", self.codes) if self.places(each, sentence))

    def _named(self, codes: Collection[str]) -> Mapping[str, str]:
        named = {folded(name): language for language, name in NAMES.items()}
        return named | {name: language for code in codes for name, language in wording(code).languages.items()}


def _denials(code: str) -> str:
    """The negations of a language at the end of what stands before a word, with articles and words of degree."""
    words, degree = (
        "|".join(re.escape(folded(word).replace("_", " ")) for word in phrases(code).strings[name].split())
        for name in ("not", "degree")
    )
    if code in UNSPACED:
        return f"(?:{words})(?:{degree}){{0,2}}.?$"
    return rf"(?<![^\W_])(?:{words}) (?:(?:{degree}|[a-z]{{1,2}}) ){{0,3}}$"
