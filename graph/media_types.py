"""Media types by file suffix: `types_by_suffix`, `suffix_of`, the canonical name of each type, and whether it is text.

The types come from the standard library's `mimetypes`, with overrides where it lacks a type or differs from the one
that is used here. Only its built-in table is read, never the system's: names of stored files depend on it.
"""

import functools
from mimetypes import MimeTypes
from typing import Final

from .resource import Kind

_SUFFIXES: Final[dict[Kind, str]] = {
    "image": "png jpg jpeg jfif gif webp bmp tiff tif avif heic svg ico jp2 j2k jpx jpf ppm pgm pbm pnm tga pcx",
    "audio": "wav mp3 flac ogg oga opus aac aiff aif aifc amr m4a m4b weba wma caf au snd ac3 eac3 wv mp2",
    "video": "mp4 m4v webm mov mkv avi mpg mpeg wmv flv 3gp 3g2 mts m2ts",
    "text": "txt text log md markdown rst srt vtt ass ssa json jsonl ndjson xml tex eml mbox ics vcf ipynb msg",
    "table": "csv tsv parquet xls xlsx xlsm xlsb ods",
    "document": "pdf html htm xhtml doc docx pptx odt odp rtf epub",
    "mesh": "glb obj stl ply",
}
"""The suffixes that are known, by kind. Files of a type get the first suffix that has the type."""

_OVERRIDES: Final = {
    "jfif": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    **dict.fromkeys(("jp2", "j2k", "jpx", "jpf"), "image/jp2"),
    **dict.fromkeys(("ppm", "pgm", "pbm", "pnm"), "image/x-portable-anymap"),
    "tga": "image/x-tga",
    "pcx": "image/x-pcx",
    "svg": "image/svg+xml",
    "caf": "audio/caf",
    "au": "audio/basic",
    "snd": "audio/basic",
    "ac3": "audio/ac3",
    "eac3": "audio/eac3",
    "wv": "audio/wavpack",
    "mp2": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    **dict.fromkeys(("aiff", "aif", "aifc"), "audio/aiff"),
    "amr": "audio/amr",
    "m4a": "audio/mp4",
    "m4b": "audio/mp4",
    "weba": "audio/webm",
    "wma": "audio/x-ms-wma",
    "m4v": "video/mp4",
    "mkv": "video/matroska",
    "wmv": "video/x-ms-wmv",
    "flv": "video/x-flv",
    **dict.fromkeys(("3gp", "3g2"), "video/3gpp"),
    **dict.fromkeys(("mts", "m2ts"), "video/mp2t"),
    "text": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "rst": "text/x-rst",
    "srt": "application/x-subrip",
    "jsonl": "application/json",
    "ndjson": "application/json",
    "vtt": "text/vtt",
    **dict.fromkeys(("ass", "ssa"), "text/x-ssa"),
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
    "mbox": "application/mbox",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "ipynb": "application/x-ipynb+json",
    "xhtml": "application/xhtml+xml",
    "xls": "application/vnd.ms-excel",
    "xlsm": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsb": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "xml": "application/xml",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "epub": "application/epub+zip",
    "glb": "model/gltf-binary",
    "obj": "model/obj",
    "stl": "model/stl",
    "ply": "model/ply",
}
"""By suffix: what `mimetypes` lacks, or gives another name, in any supported version of Python."""

_ALIASES: Final = {
    "image/apng": "image/png",
    "image/vnd.microsoft.icon": "image/x-icon",
    "image/jpx": "image/jp2",
    "image/j2k": "image/jp2",
    "audio/x-caf": "audio/caf",
    "audio/x-wavpack": "audio/wavpack",
    "audio/vnd.wave": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/x-aiff": "audio/aiff",
    "video/x-m4v": "video/mp4",
    "video/x-matroska": "video/matroska",
    "text/xml": "application/xml",
    "text/rtf": "application/rtf",
}
"""Other names of a type, as `filetype` and servers use them."""

OTHER_SUFFIX: Final = ".bin"
"""Of files of any other type."""

_standard = functools.cache(MimeTypes)


def canonical(media_type: str) -> str:
    """The one name used here for a media type, e.g. `audio/wav` for `audio/x-wav`."""
    return _ALIASES.get(media_type, media_type)


def suffix_of(media_type: str) -> str:
    """The suffix of file names for a media type, e.g. `.png`, so that other programs open the file."""
    name = canonical(media_type)
    return _suffixes().get(name) or _standard().guess_extension(name) or OTHER_SUFFIX


def is_text(media_type: str) -> bool:
    """Whether content of that type is text, which can be searched for secrets."""
    return media_type.startswith("text/") or media_type.endswith(("json", "xml", "yaml", "x-subrip", "x-tex"))


@functools.cache
def types_by_suffix() -> dict[str, tuple[Kind, str]]:
    """Kind and media type of each known suffix, which is without its dot: `{"png": ("image", "image/png"), ...}`."""
    standard = _standard().types_map[True]
    return {
        suffix: (kind, _OVERRIDES.get(suffix) or standard[f".{suffix}"])
        for kind, suffixes in _SUFFIXES.items()
        for suffix in suffixes.split()
    }


@functools.cache
def _suffixes() -> dict[str, str]:
    """The suffix of each known media type: the first that has the type."""
    return {media_type: f".{suffix}" for suffix, (_, media_type) in reversed(types_by_suffix().items())}
