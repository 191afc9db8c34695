"""Media types: one table of kinds, types, suffixes and aliases, the same with every version of Python."""

import pytest

from hugginggpt.graph.media_types import canonical, is_text, suffix_of, types_by_suffix

SUFFIXES = {
    "audio/ac3": ".ac3", "audio/basic": ".au", "audio/caf": ".caf", "audio/eac3": ".eac3",
    "audio/wavpack": ".wv",
    "image/jp2": ".jp2", "image/x-pcx": ".pcx", "image/x-portable-anymap": ".ppm", "image/x-tga": ".tga",
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
    "image/tiff": ".tiff", "image/avif": ".avif", "image/heic": ".heic", "image/svg+xml": ".svg", "image/x-icon": ".ico",
    "audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/flac": ".flac", "audio/ogg": ".ogg", "audio/opus": ".opus",
    "audio/aac": ".aac", "audio/aiff": ".aiff", "audio/amr": ".amr", "audio/mp4": ".m4a", "audio/x-ms-wma": ".wma",
    "audio/webm": ".weba",
    "video/mp4": ".mp4", "video/webm": ".webm", "video/quicktime": ".mov", "video/matroska": ".mkv",
    "video/x-msvideo": ".avi", "video/mpeg": ".mpg", "video/x-ms-wmv": ".wmv", "video/x-flv": ".flv", "video/3gpp": ".3gp",
    "video/mp2t": ".mts", "text/x-ssa": ".ass",
    "text/plain": ".txt", "text/markdown": ".md", "text/x-rst": ".rst", "application/x-subrip": ".srt",
    "text/vtt": ".vtt", "application/json": ".json", "application/xml": ".xml", "application/x-tex": ".tex",
    "text/csv": ".csv", "text/tab-separated-values": ".tsv", "application/vnd.apache.parquet": ".parquet",
    "application/vnd.ms-excel": ".xls", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/pdf": ".pdf", "text/html": ".html", "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt", "application/rtf": ".rtf", "application/epub+zip": ".epub",
    "application/xhtml+xml": ".xhtml", "application/vnd.ms-outlook": ".msg",
    "message/rfc822": ".eml", "application/mbox": ".mbox", "text/calendar": ".ics",
    "text/vcard": ".vcf", "application/x-ipynb+json": ".ipynb", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "model/gltf-binary": ".glb", "model/obj": ".obj", "model/stl": ".stl", "model/ply": ".ply",
}  # fmt: skip
"""Stored files have these names: a type that changes here needs the old name to be found too."""


def test_every_known_type_has_the_suffix_that_stored_files_have() -> None:
    known = {media_type for _, media_type in types_by_suffix().values()}
    assert {media_type: suffix_of(media_type) for media_type in known} == SUFFIXES


def test_a_suffix_gives_back_the_type_that_it_was_made_from() -> None:
    assert {types_by_suffix()[suffix[1:]][1]: suffix for suffix in SUFFIXES.values()} == SUFFIXES


@pytest.mark.parametrize(
    ("alias", "name", "suffix"),
    [
        ("audio/x-wav", "audio/wav", ".wav"),
        ("audio/x-flac", "audio/flac", ".flac"),
        ("video/x-matroska", "video/matroska", ".mkv"),
        ("video/x-m4v", "video/mp4", ".mp4"),
        ("image/apng", "image/png", ".png"),
    ],
)
def test_an_alias_has_the_name_and_the_suffix_of_its_type(alias: str, name: str, suffix: str) -> None:
    assert (canonical(alias), suffix_of(alias)) == (name, suffix)


def test_other_types_have_the_suffix_of_the_standard_library_or_bin() -> None:
    assert suffix_of("application/zip") == ".zip"
    assert suffix_of("application/octet-stream") == suffix_of("image/*") == suffix_of("") == ".bin"


def test_texts_are_known_by_their_type() -> None:
    assert all(map(is_text, ("text/plain", "text/csv", "application/json", "image/svg+xml", "application/x-subrip")))
    assert not any(map(is_text, ("image/png", "application/pdf", "model/gltf-binary")))
