"""`read_query`: what a question asks of a table, as a `Query`: conditions, columns, an operation. Every word counts."""

from ..wording.asked_apart import FOLLOWED
from .columns import Columns
from .days import with_days
from .first_rows import order_rows, sort_key, take_first, with_yes_columns
from .follow_up import followed
from .identifiers import without_identifiers
from .quantifiers import Quantifiers
from .question_reader import QuestionReader
from .question_words import mark_words, question_language, words_of
from .superlatives import check_superlative
from .table_query import Query, not_understood


def read_query(question: str, over: Columns, code: str = "") -> Query:
    """The query of a question, in the language `code` where that is known.

    Raises `ExpertError` where it has a word that is not used.
    """
    table = over.sample(question)
    question = followed(question, table, language := code or question_language(question.partition(FOLLOWED)[0], table))
    marks, left = mark_words(question, table, language)
    words = words_of(question, table, language)
    quantifiers = Quantifiers(question, words, marks, table, language)
    if unknown := quantifiers.unknown(left):
        raise not_understood(table, unknown)
    marks = with_yes_columns(with_days(quantifiers.marks, words), table, language, whether=quantifiers.asks)
    quantifiers.marks = marks
    reader = QuestionReader(marks, table, over, language, words)
    reader.read.all()
    query = reader.query()
    query.calculate()
    check_superlative(query, marks, question)
    without_identifiers(query, marks, words)
    plain = quantifiers.whether and len(query.where) > 1 and not (query.operations or query.columns)
    query.yes_or_no = query.conditional and (query.asks_yes_or_no(question) or plain)
    if unused := query.contradiction(question) or [mark.text for mark in marks if mark not in reader.used]:
        typed = {mark.role: mark.text for mark in marks}
        raise not_understood(table, [typed.get(word, word) for word in unused])
    quantifiers.apply(query)
    query.key = sort_key(query, marks)
    order_rows(query, marks)
    take_first(query, marks)
    return query
