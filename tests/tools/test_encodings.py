"""Bytes of before Unicode."""

from hugginggpt.tools.documents.encodings import decoded


def test_a_german_bank_statement_with_lines_before_its_table_is_read_as_windows_text() -> None:
    text = "Account statement\nIBAN: DE00 1234\n\nDatum;Empfänger;Betrag\n02.01.2025;Müller Bäckerei;-12,50\n"
    text += "05.01.2025;Gehalt;2.450,00\n11.02.2025;Miete;-800,00\n20.02.2025;Müller Bäckerei;-7,80\nSumme;;1.629,70\n"
    read = decoded(text.encode("cp1252"))
    assert read is not None
    assert read.text == text


def test_a_german_text_of_dos_is_still_read_as_one() -> None:
    read = decoded("Müller Bäckerei, Größe, Straße\n".encode("cp850"))
    assert read is not None
    assert read.text == "Müller Bäckerei, Größe, Straße\n"
