"""Writes the files of the corpus by other programs than the libraries that read them: python tests/corpus/make_files.py

Each file is made by a function below; one whose program is missing is left as it is, and named. The files are kept in
the repository, so that tests need none of the programs (LibreOffice, pandoc, Gnumeric, Ghostscript, qpdf, img2pdf, iconv).
"""

import re
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
FILES = HERE / "files"
MAKERS: dict[str, Callable[[Path], None]] = {}
"""By the name of the file; a later one may read what an earlier one wrote."""


def makes(name: str) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """Register the function that writes the file `name`; it gets the path."""

    def register(function: Callable[[Path], None]) -> Callable[[Path], None]:
        MAKERS[name] = function
        return function

    return register


def written(name: str, content: bytes | str) -> None:
    """A file whose bytes stand here, as other programs write them."""
    data = content.encode() if isinstance(content, str) else content
    MAKERS[name] = lambda path: path.write_bytes(data) and None


def by(*command: str | Path, into: Path | None = None) -> None:
    """Run a program; its output goes into a file."""
    done = subprocess.run(
        [str(word) for word in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    if into:
        into.write_bytes(done.stdout)


def by_libreoffice(source: Path, path: Path, form: str) -> None:
    """Convert by LibreOffice, with a profile of its own."""
    with TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        by("soffice", profile, "--headless", "--convert-to", form, "--outdir", folder, source)
        made = Path(folder) / f"{source.stem}.{form.partition(':')[0]}"
        path.write_bytes(made.read_bytes())


def from_text(name: str, text: str, make: Callable[[Path, Path], None]) -> Callable[[Path], None]:
    """A maker that gives a program a source file of that name."""

    def made(path: Path) -> None:
        with TemporaryDirectory() as folder:
            source = Path(folder) / name
            source.write_text(text, encoding="utf-8")
            make(source, path)

    return made


# -- documents ------------------------------------------------------------------------------------------------------

LETTER = """<html><body><h1>Swimming club</h1>
<p>The swimming club has a new home. The heating was repaired in March.</p>
<table border="1"><tr><td>The caretaker is</td><td>Mirela Popa.</td></tr>
<tr><td>The yearly fee is</td><td>135 euros.</td></tr></table>
<ul><li>Bring a towel.</li><li>Lockers cost two euros.</li></ul>
<p>The keys are kept by Jørn Østby.</p></body></html>"""
for form in ("docx:MS Word 2007 XML:UTF8", "odt", "rtf", "doc:MS Word 97"):
    filters = form if form != "docx:MS Word 2007 XML:UTF8" else "docx"
    MAKERS[f"letter.{filters.partition(':')[0]}"] = from_text(
        "letter.html", LETTER,
        lambda source, path, filters=filters: (  # type: ignore[misc]
            by("soffice", f"-env:UserInstallation=file://{source.parent}/profile", "--headless",
               "--infilter=HTML (StarWriter)", "--convert-to", filters, "--outdir", source.parent, source),
            path.write_bytes((source.parent / f"letter.{filters.partition(':')[0]}").read_bytes()),
        )[0],
    )  # fmt: skip
MAKERS["letter.pdf"] = lambda path: by_libreoffice(FILES / "letter.odt", path, "pdf")

REPORT = """---
title: Yearly report
---

# Harvest

The yield was 412 tons. The best field was Hilltop.

| field   | tons |
|---------|-----:|
| Hilltop |  210 |
| Meadow  |  202 |

# Staff

The treasurer is Agnès Bauer.[^1]

[^1]: Her deputy is Tomasz Wójcik.
"""
for form in ("docx", "odt", "epub", "html", "rtf"):
    MAKERS[f"report.{form}"] = from_text(
        "report.md", REPORT, lambda source, path: by("pandoc", "-s", source, "-o", path))  # fmt: skip
SLIDES = """# Harvest 2026

The yield was 412 tons.

::: notes
The speaker is Agnès Bauer.
:::

# Fields

The best field was Hilltop.
"""
MAKERS["slides.pptx"] = from_text("slides.md", SLIDES, lambda source, path: by("pandoc", source, "-o", path))
MAKERS["slides.odp"] = lambda path: by_libreoffice(FILES / "slides.pptx", path, "odp")
MAKERS["empty.docx"] = from_text("empty.md", "\n", lambda source, path: by("pandoc", source, "-o", path))
MAKERS["cut.docx"] = lambda path: path.write_bytes((FILES / "letter.docx").read_bytes()[:4000]) and None
NOTEBOOK = "# Museum\n\nThe curator is Lena Vogt.\n\n``` code\nprint(6 * 7)\n```\n"
MAKERS["curator.ipynb"] = from_text("curator.md", NOTEBOOK, lambda source, path: by("pandoc", source, "-o", path))

written(
    "shop.html",
    """<!DOCTYPE html><html><head><title>Shop</title><style>p{color:red}</style></head><body>
<!-- the price is 11 euros --><nav>Home | Cart</nav><script>var price = 12;</script>
<p style="display:none">The price is 13 euros.</p><h1>Lamp</h1><p>The price is 64 euros.</p>
<p>The seller is Ren&eacute; Gro&szlig;.</p></body></html>""",
)
written(
    "old.html",
    "<html><head><meta charset=iso-8859-1></head><body><p>The seller is René Groß.</p></body></html>".encode("latin-1"),
)
written(
    "repeated.ics",
    """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
BEGIN:VEVENT
UID:1
SUMMARY:Choir practice
DTSTART;TZID=Europe/Berlin:20270301T190000
DTEND;TZID=Europe/Berlin:20270301T203000
RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270630T000000Z
EXDATE;TZID=Europe/Berlin:20270405T190000
LOCATION:Town hall
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Dentist
DTSTART:20270309T080000Z
DTEND:20270309T083000Z
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:Rent due
DTSTART;VALUE=DATE:20270301
RRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=12
END:VEVENT
END:VCALENDAR
""",
)


@makes("price.rtf")
def _price(path: Path) -> None:
    """A list of prices as a table of RTF."""
    rows = "".join(f"<tr><td>{item}</td><td>{amount}</td></tr>" for item, amount in PRICES)
    page = f"<p>Price list of the harbour</p><table border='1'>{rows}</table><p>Contact: Ole Brandt</p>"
    with TemporaryDirectory() as folder:
        source = Path(folder) / "price.html"
        source.write_text(page)
        by_libreoffice(source, path, "rtf:Rich Text Format")


PRICES = (("item", "amount"), ("rope", "10.50"), ("lamp", "24.00"), ("chain", "7.25"))


@makes("ferry.msg")
def _outlook(path: Path) -> None:
    """An e-mail of Outlook, by msgforge (pip install msgforge), where it is installed."""
    import msgforge

    with TemporaryDirectory() as folder:
        cargo = Path(folder) / "cargo.csv"
        cargo.write_text("item,amount\nrope,10.50\nlamp,24.00\n")
        text = "<p>The ferry leaves at 06:40.</p><p>The captain is Björn Dahl.</p>"
        mail = msgforge.Message(subject="Ferry to Rødby", html_body=text, to=[("alice@example.com", "Alice Holm")])
        mail.attach(str(cargo))
        mail.save(str(path))


written("empty.html", "<html><head><title>App</title></head><body><script>start()</script></body></html>")
written(
    "ferry.eml",
    "From: =?utf-8?q?J=C3=B6rg_Wei=C3=9F?= <joerg@example.org>\r\nTo: me@example.org\r\n"
    "Subject: =?utf-8?q?=C3=9Cberfahrt?=\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="=_1"\r\n\r\n--=_1\r\nContent-Type: text/plain; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nThe ferry to R=C3=B8dby leaves at 06:40.\r\n\r\n"
    "The captain is Bj=C3=B6rn Dahl.\r\n--=_1\r\nContent-Type: text/csv\r\n"
    'Content-Disposition: attachment; filename="seats.csv"\r\n\r\nseat,name\r\n12,Ann\r\n--=_1--\r\n',
)
written(
    "webmail.eml",
    "From: shop@example.org\nTo: me@example.org\nSubject: Your order\nMIME-Version: 1.0\n"
    "Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
    "<html><head><style>td{width:5px}</style></head><body><table><tr><td><table><tr><td><p>Your order is on its way.</p>"
    "<p>The driver is Zo\xeb Lindqvist.</p></td></tr></table></td></tr></table></body></html>\n".encode()
    .decode()
    .encode("latin-1"),
)
written(
    "club.mbox",
    "From ann@example.org Mon Mar  1 10:00:00 2027\nFrom: ann@example.org\nSubject: Key\n"
    "Date: Mon, 1 Mar 2027 10:00:00 +0000\n\nThe key is with the porter.\n\n"
    "From bob@example.org Tue Mar  2 10:00:00 2027\nFrom: bob@example.org\nSubject: Boat\n\n"
    "The skipper is Ole Brandt.\n\n",
)
written(
    "appointments.ics",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:0@x\r\nDTSTART;TZID=Europe/Oslo:20270309T141500\r\nSUMMARY:Dentist\r\n"
    "DESCRIPTION:The surgeon is Fat\r\n ima Haddad\\, second floor.\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1@x\r\n"
    "DTSTART;VALUE=DATE:20270310\r\nRRULE:FREQ=WEEKLY;BYDAY=WE\r\nSUMMARY:Choir\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
)
written(
    "neighbour.vcf",
    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=98stby;J=C3=B8rn;;;\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B8rn =C3=98stby\r\nTEL;CELL:+4798765432\r\n"
    "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:The caretaker is J=C3=B8r=\r\nn Vestby.\r\nEND:VCARD\r\n",
)
written(
    "phone.vcf",
    "BEGIN:VCARD\nVERSION:3.0\nN:Lind;Rosa;;;\nFN:Rosa Lind\nTEL;TYPE=WORK:+47 22 33 44 55\n"
    "EMAIL:rosa@example.org\nNOTE:The caretaker is Rosa Lind.\nEND:VCARD\n",
)
written(
    "film.srt",
    "1\r\n00:00:01,000 --> 00:00:04,000\r\n<i>The harbour sleeps.</i>\r\n\r\n2\r\n"
    "00:00:05,000 --> 00:00:09,000\r\nThe pilot is Hanna Berg.\r\n",
)
written(
    "film.vtt",
    "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:04.000\nThe harbour sleeps.\n\n"
    "00:05.000 --> 00:09.000 align:start\n<v Guide>The pilot is Hanna Berg.</v>\n",
)
written(
    "order.json",
    '{"order": {"id": 4711, "customer": {"name": "Ada Berg"}, "total": 88.5, "paid": true},\n "notes": []}',
)
written(
    "catalogue.xml",
    '<?xml version="1.0"?><!-- 11 --><shop><item id="7"><name>Lamp</name><price>64 euros</price></item></shop>',
)
written(
    "entity.xml",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x><who>The guard is '
    "&e;Ida Moe.</who></x>",
)

# -- PDF ------------------------------------------------------------------------------------------------------------


def pdf(
    content: str, *, page: str = "", catalog: str = "", resources: str = "", objects: tuple[str, ...] = ()
) -> bytes:
    """A page of A4 written by hand; further objects count from 6, `/F` is Helvetica."""
    numbered = (
        f"<</Type/Catalog/Pages 2 0 R {catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>{resources}>>{page}>>",
        f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        *objects,
    )
    made, places = "%PDF-1.6\n", []
    for number, each in enumerate(numbered, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(places) + 1
    made += (
        f"xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF\n"
    )
    return made.encode("latin-1")


def line(text: str, y: int, x: int = 60) -> str:
    """A line of 14 points."""
    return f"BT /F 14 Tf {x} {y} Td ({text}) Tj ET "


written(
    "cropped.pdf",
    pdf(
        line("The price is 11 euros.", 800) + line("Spring catalogue", 500) + line("The price is 64 euros.", 470),
        page="/CropBox[40 242 560 592]",
    ),
)
written(
    "layer.pdf",
    pdf(
        "/OC /L BDC " + line("The price is 11 euros.", 700) + "EMC " + line("The price is 64 euros.", 470),
        catalog="/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]/Order[6 0 R]>>>>",
        resources="/Properties<</L 6 0 R>>",
        objects=("<</Type/OCG/Name(Draft)>>",),
    ),
)
written("white.pdf", pdf("1 g " + line("The price is 11 euros.", 700) + "0 g " + line("The price is 64 euros.", 470)))
written(
    "redacted.pdf",
    pdf(line("The price is 11 euros.", 700) + "0 g 50 690 300 30 re f " + line("The price is 64 euros.", 470)),
)
written(
    "form.pdf",
    pdf(
        line("Name:", 700) + line("Member since:", 660),
        page="/Annots[6 0 R 7 0 R]",
        catalog="/AcroForm<</Fields[6 0 R 7 0 R]/NeedAppearances true/DA(/F 12 Tf 0 g)/DR<</Font<</F 5 0 R>>>>>>",
        objects=(
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Ada Berg)/Rect[180 695 400 715]/P 3 0 R/DA(/F 12 Tf 0 g)>>",
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(since)/V(1987)/Rect[180 655 400 675]/P 3 0 R/DA(/F 12 Tf 0 g)>>",
        ),
    ),
)
MAKERS["junk.pdf"] = lambda path: (
    path.write_bytes(b"\r\nHTTP/1.1 200\x00\x01\r\n" + (FILES / "letter.pdf").read_bytes()) and None
)
MAKERS["cut.pdf"] = lambda path: path.write_bytes((FILES / "letter.pdf").read_bytes()[:9000]) and None
MAKERS["locked.pdf"] = lambda path: by("qpdf", "--encrypt", "secret", "owner", "256", "--", FILES / "letter.pdf", path)
MAKERS["distilled.pdf"] = lambda path: by("gs", "-q", "-sDEVICE=pdfwrite", "-o", path, FILES / "letter.pdf")


@makes("glyphs.pdf")
def glyphs(path: Path) -> None:
    """The letter without the maps from its glyphs to letters."""
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.pdf"
        by("qpdf", "--qdf", "--object-streams=disable", FILES / "letter.pdf", plain)
        plain.write_bytes(plain.read_bytes().replace(b"/ToUnicode", b"/ToNothing"))
        by("qpdf", "--stream-data=compress", plain, path)


def drawn(path: Path, resolution: int = 110) -> None:
    """The letter as a picture."""
    by("gs", "-q", "-sDEVICE=pnggray", f"-r{resolution}", "-dTextAlphaBits=4", "-o", path, FILES / "letter.pdf")


@makes("scan.pdf")
def scan(path: Path) -> None:
    with TemporaryDirectory() as folder:
        drawn(Path(folder) / "page.png")
        by("img2pdf", Path(folder) / "page.png", "-o", path)


@makes("half.pdf")
def half(path: Path) -> None:
    """A page of text, then a scan."""
    with TemporaryDirectory() as folder:
        first = Path(folder) / "first.pdf"
        first.write_bytes(pdf(line("The chairman is Ole Brandt.", 700)))
        by("qpdf", "--empty", "--pages", first, FILES / "scan.pdf", "--", path)


PAGES = (
    "/Helvetica 14 selectfont 1 1 %d { /n exch def 60 700 moveto (The code is ) show"
    " n 7 mul 3 add 10 string cvs show (.) show showpage } for\n"
)
MAKERS["pages.pdf"] = from_text("pages.ps", PAGES % 120, lambda source, path: by("ps2pdf", source, path))
MAKERS["long.pdf"] = from_text("long.ps", PAGES % 230, lambda source, path: by("ps2pdf", source, path))
POSTER = (
    "<</PageSize [2384 3370]>> setpagedevice /Helvetica 90 selectfont 200 3000 moveto"
    " (The keynote is by Ida Moe.) show showpage"
)
MAKERS["poster.pdf"] = from_text(
    "poster.ps", POSTER, lambda source, path: by("ps2pdf", "-dDEVICEWIDTHPOINTS=2384", source, path)
)

# -- texts ----------------------------------------------------------------------------------------------------------

ADVERT = "The boat “Möwe” is for sale.\n\nThe seller is René Groß – call after six.\n\nThe boat costs 1250 euros.\n"
for name, encoding in (
    ("cp1252", "CP1252"),
    ("utf16", "UTF-16"),
    ("utf16le", "UTF-16LE"),
    ("utf16be", "UTF-16BE"),
    ("utf32", "UTF-32"),
):
    MAKERS[f"advert_{name}.txt"] = from_text(
        "advert.txt", ADVERT, lambda source, path, to=encoding: by("iconv", "-f", "UTF-8", "-t", to, source, into=path))  # type: ignore[misc]  # fmt: skip
for name, encoding, text in (
    (
        "library_gb18030.txt",
        "GB18030",
        "图书馆每天早上九点开门。星期天不开门。读者可以借五本书。请不要在阅览室里大声说话。\n",
    ),
    ("museum_sjis.txt", "SHIFT_JIS", "博物館は九時に開きます。入場料は八ユーロです。日曜日は子供は無料です。\n"),
    (
        "museum_cp1251.txt",
        "CP1251",
        "Музей открывается в девять часов. Вход стоит восемь евро. Дети входят бесплатно.\n",
    ),
    ("museum_koi8.txt", "KOI8-R", "Музей открывается в девять часов. Вход стоит восемь евро. Дети входят бесплатно.\n"),
):
    MAKERS[name] = from_text(
        "text.txt", text, lambda source, path, to=encoding: by("iconv", "-f", "UTF-8", "-t", to, source, into=path))  # type: ignore[misc]  # fmt: skip
written("nothing.txt", b"")
written("noise.txt", bytes((n * 97 + n * n) % 256 for n in range(3000)))

# -- tables ---------------------------------------------------------------------------------------------------------

MEMBERS = "name,city,amount\r\nAnna,Bergen,12.50\r\nBo,Oslo,7.25\r\nCarl,Bergen,30.00\r\n"
written("members.csv", MEMBERS)
written("members.tsv", MEMBERS.replace(",", "\t"))
written(
    "semicolons.csv", "Name;Stadt;Betrag\nAnna;Köln;1.234,50\nBo;Bonn;2.000,00\nCarl;Köln;300,25\n".encode("cp1252")
)
written("sep.csv", "sep=;\r\nname;city;amount\r\nAnna;Bergen;12\r\nBo;Oslo;7\r\n")
written("mac.csv", "name,city\rN0,Rome\rN1,Rome\rN2,Lima\r")
written("excel_unicode.csv", MEMBERS.replace(",", "\t").encode("utf-16"))
written("marked.csv", b"\xef\xbb\xbf" + MEMBERS.encode())
written("quoted.csv", 'name,remark,amount\n"Berg, Ada","likes ""tea""\nand cake",10\n"Bo","none",5\n')
written("titled.csv", "Members of the club,,\n\nname,city,amount\nA,Rome,1\nB,Lima,2\n")
written("total.csv", "name,amount\nA,1\nB,2\nTotal,3\n")
written("ragged.csv", "name,city,amount\nSmith, John,Oslo,5\nKim,Rome,7\nLee,Bern,2\n")
written("remark.csv", "name,city,amount\nKim,Rome,7\nLee,Bern,3\n\nSource: statistics office 2026\n")
written("r_rows.csv", '"mpg","gears"\n"Fiat",32.4,4\n"Volvo",21.4,5\n')
written("unlabelled.csv", "item,sold\nnails,5\nhooks,7\n,12\n")
written("twins.csv", "name,amount,amount\nA,1,10\nB,2,20\n")
written("card.txt", "Club card\nName: Anna Berg\nFee: 45 euros\nPhone: 555 1234\n")
written("office.html", '<p>Write to <a href="mailto:info@club.example?subject=hi">our office</a> for a key.</p>')
written("by_columns.json", '{"city":{"0":"Rome","1":"Oslo"},"guests":{"0":4,"1":5}}')
written("split.json", '{"columns":["city","guests"],"index":[0,1],"data":[["Rome",4],["Oslo",5]]}')
written("pipes.txt", "name|amount\nA|5\nB|6\n")
written("spaced.csv", "Name;Betrag\r\nA;1 250,50\r\nB;2 000,00\r\n")
written("thousands.csv", "Name;Betrag\nA;1.234\nB;2.000\n")
written(
    "pieces.html",
    "<table><tr><td>item</td><td>pieces</td></tr><tr><td>nails</td><td>400</td></tr>"
    "<tr><td>screws</td><td>250</td></tr></table>",
)
written(
    "stock.md",
    "# Stock\n\nSome words about the stock.\n\n| item | pieces |\n|:-----|-------:|\n| nails | 400 |\n"
    "| screws | 250 |\n| bolts | 90 |\n| hooks | 35 |\n\nCounted in May.\n",
)
written("orders.jsonl", '{"id": 1, "city": "Rome", "amount": 12.5}\n{"id": 2, "city": "Lima", "amount": 7.5}\n')
written("orders.json", '[{"id": 1, "city": "Rome", "amount": 12.5}, {"id": 2, "city": "Lima", "amount": 7.5}]')
for form, exporter in (("xlsx", "Gnumeric_Excel:xlsx2"), ("xls", "Gnumeric_Excel:excel_biff8")):
    MAKERS[f"members.{form}"] = from_text(
        "members.csv", MEMBERS.replace("\r", ""), lambda source, path, to=exporter: by("ssconvert", "-T", to, source, path))  # type: ignore[misc]  # fmt: skip
MAKERS["members.ods"] = from_text("members.csv", MEMBERS, lambda source, path: by_libreoffice(source, path, "ods"))
FORMULAS = "item,price,pieces,total\nnails,2,400,=B2*C2\nscrews,3,250,=B3*C3\n"
MAKERS["formulas.xlsx"] = from_text(
    "formulas.csv", FORMULAS, lambda source, path: by("ssconvert", "-T", "Gnumeric_Excel:xlsx2", source, path))  # fmt: skip


@makes("pictured.pdf")
def pictured(path: Path) -> None:
    """A page of text with a picture below it."""
    with TemporaryDirectory() as folder:
        picture = Path(folder) / "room.png"
        by("convert", "-size", "200x60", "xc:white", "-pointsize", "20", "-annotate", "+5+40", "Room 12", picture)
        draw = "from reportlab.pdfgen import canvas; import sys; c = canvas.Canvas(sys.argv[1]);"
        draw += (
            " c.drawString(100, 700, 'The keeper is Ida Moe.'); c.drawImage(sys.argv[2], 100, 300, 400, 120); c.save()"
        )
        by("python", "-c", draw, path, picture)


@makes("hidden.xlsx")
def hidden(path: Path) -> None:
    """The workbook of Gnumeric with a row hidden, as its filter does it."""
    with zipfile.ZipFile(FILES / "members.xlsx") as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb'<row r="3"', b'<row r="3" hidden="1"', data)
            made.writestr(name, data)


@makes("sheets.xlsx")
def sheets(path: Path) -> None:
    """Two different tables."""
    with TemporaryDirectory() as folder:
        first, second = Path(folder) / "a.csv", Path(folder) / "b.csv"
        first.write_text(MEMBERS, encoding="utf-8")
        second.write_text("item,pieces\nnails,400\n", encoding="utf-8")
        by("ssconvert", "--merge-to", path, first, second)


@makes("members.parquet")
def parquet(path: Path) -> None:
    with TemporaryDirectory() as folder:
        source = Path(folder) / "members.csv"
        source.write_text(MEMBERS, encoding="utf-8")
        by("python", "-c", "import sys, polars; polars.read_csv(sys.argv[1]).write_parquet(sys.argv[2])", source, path)


written("second.csv", "item,amount\nHooks,10\nNails,5\n\nmonth,visitors\nMay,100\nJune,200\n")
written("again.csv", "item,amount\nHooks,10\nNails,5\n\nitem,amount\nGlue,7\n")
written("unnamed.csv", "Ada,Lund,10\nBo,Bergen,5\nCleo,Oslo,7\n")
written("unsummed.csv", "day,city,amount\nMonday,Lund,12.5\nTuesday,Oslo,7.5\nSum,,\n")
written("footnote.csv", "item,city,amount\nHooks,Bergen,10\nNails,Lund,5\n* preliminary,,\n")
written("moved.csv", "item,city,amount\nHooks,Bergen,10\nNails,5\nGlue,Lund,20\n")
written("untitled.csv", "Stock of May,\n\nitem,amount\nHooks,10\nNails,5\n,\n")
SHARES = """<?xml version="1.0"?><office:document office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"><office:automatic-styles>
<number:percentage-style style:name="N"><number:number number:decimal-places="1"/><number:text>%</number:text>
</number:percentage-style><style:style style:name="p" style:family="table-cell" style:data-style-name="N"/>
</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="S">ROWS</table:table>
</office:spreadsheet></office:body></office:document>"""
_TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
_SHARE = '<table:table-cell table:style-name="p" office:value-type="percentage" office:value="{}"/>'
SHARES = SHARES.replace(
    "ROWS",
    "".join(
        f"<table:table-row>{_TEXT.format(city)}{(_TEXT if share == 'share' else _SHARE).format(share)}</table:table-row>"
        for city, share in (("city", "share"), ("Bergen", "0.125"), ("Lund", "0.375"))
    ),
)
for _form in ("xlsx", "xls", "ods"):
    MAKERS[f"shares.{_form}"] = from_text(
        "shares.fods", SHARES, lambda source, path, form=_form: by_libreoffice(source, path, form))  # type: ignore[misc]  # fmt: skip
for _name, _form, _cells in (
    ("rates.xlsx", "xlsx", "item,amount,pieces,rate\nrope,12,3,=B2/C2\npaint,30,0,=B3/C3\noars,48,2,=B4/C4\n"),
    ("hours.ods", "ods", "day,worker,hours\n2027-03-01,Ann,1:30:00\n2027-03-02,Bo,2:45:00\n2027-04-05,Ann,0:50:00\n"),
):
    MAKERS[_name] = from_text(
        "cells.csv", _cells, lambda source, path, form=_form: by_libreoffice(source, path, form))  # type: ignore[misc]  # fmt: skip
_MONEY = "".join(
    f'<number:currency-style style:name="{name}"><number:currency-symbol number:language="{language}"'
    f' number:country="{country}">{sign}</number:currency-symbol><number:number number:decimal-places="2"'
    f' number:min-integer-digits="1"/></number:currency-style><style:style style:name="c{name}" style:family="table-cell"'
    f' style:data-style-name="{name}"/>'
    for name, language, country, sign in (("E", "de", "DE", "€"), ("D", "en", "US", "$"))
)
_PRICE = (
    '<table:table-cell table:style-name="c{}" office:value-type="currency" office:currency="{}" office:value="{}"/>'
)
CURRENCIES = SHARES[: SHARES.index("<number:percentage-style")] + _MONEY + SHARES[SHARES.index("</office:automatic") :]
CURRENCIES = re.sub(
    "<table:table-row>.*</table:table-row>",
    "".join(
        f"<table:table-row>{_TEXT.format(first)}{second}</table:table-row>"
        for first, second in (
            ("item", _TEXT.format("price")),
            ("rope", _PRICE.format("E", "EUR", "12.5")),
            ("paint", _PRICE.format("D", "USD", "30")),
        )
    ),
    CURRENCIES,
)
MAKERS["currencies.xlsx"] = from_text(
    "money.fods", CURRENCIES, lambda source, path: by_libreoffice(source, path, "xlsx")
)
written(
    "meetings.ics",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    + "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:{name}\r\nDTSTART:{begins}\r\nDTEND:{ends}\r\n{more}END:VEVENT\r\n"
        for number, (name, begins, ends, more) in enumerate(
            (
                ("Budget meeting", "20270303T090000", "20270303T100000", "LOCATION:Room 4\r\n"),
                ("Design meeting", "20270310T140000Z", "20270310T153000Z", "LOCATION:Room 2\r\n"),
                ("Lunch with Ana", "20270310T120000", "20270310T130000", ""),
                ("Board meeting", "20270324T100000", "20270324T120000", "STATUS:CANCELLED\r\n"),
                ("Club evening", "20270129T190000", "20270129T220000", "RRULE:FREQ=MONTHLY;BYDAY=-1FR\r\n"),
            )
        )
    )
    + "END:VCALENDAR\r\n",
)
written(
    "nested.json",
    '[{"id": 1, "customer": {"name": "Ada", "city": "Lund"}, "tags": ["new"], "amount": 10},\n'
    ' {"id": 2, "customer": {"name": "Bo", "city": "Bergen"}, "tags": [], "amount": 15.5}]\n',
)
written(
    "wrapped.json",
    '{"currency": "EUR", "orders": [{"id": 1, "name": "Ada", "amount": 10}, {"id": 2, "name": "Bo", "amount": 15.5}]}\n',
)
written(
    "camp.ics",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270601\r\n"
    "DTEND;VALUE=DATE:20270604\r\nSUMMARY:Summer camp\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
)
written(
    "meeting.eml",
    "From: Ada Berg <ada@example.org>\r\nTo: Bo Ek <bo@example.org>\r\nSubject: Plans\r\nMIME-Version: 1.0\r\n"
    "Date: Mon, 4 May 2026 10:00:00 +0200\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Hi Bo,\r\n\r\nlet us meet on Thursday at 3 pm in the library. Please bring the plans.\r\n\r\nAda\r\n",
)


@makes("order.eml")
def order_mail(path: Path) -> None:
    """A letter, a table and a picture of other programs as attachments."""
    kinds = {
        "prices.pdf": "application/pdf",
        "members.xlsx": "application/octet-stream",
        "stamp.png": "image/png",
    }
    parts = "".join(
        f'--=_1\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{b64encode((FILES / name).read_bytes()).decode()}\r\n"
        for name, kind in kinds.items()
    )
    head = "From: ada@example.org\r\nSubject: Papers\r\nMIME-Version: 1.0\r\n"
    text = 'Content-Type: multipart/mixed; boundary="=_1"\r\n\r\n'
    text += "--=_1\r\nContent-Type: text/plain\r\n\r\nThe papers are attached.\r\n"
    path.write_text(f"{head}{text}{parts}--=_1--\r\n", newline="")


TWO_TABLES = """<html><body><p>Stock.</p><table><tr><th>Item</th><th>Amount</th></tr><tr><td>Hooks</td><td>10</td></tr>
<tr><td>Nails</td><td>5</td></tr></table><p>Guests.</p><table><tr><th>Month</th><th>Visitors</th></tr>
<tr><td>May</td><td>100</td></tr><tr><td>June</td><td>200</td></tr></table></body></html>"""
MAKERS["two_tables.docx"] = from_text("two.html", TWO_TABLES, lambda source, path: by("pandoc", source, "-o", path))
written("two_tables.html", TWO_TABLES)
written(
    "bill.html",
    "<html><body><h1>Invoice 77</h1><table><tr><th>Item</th><th>Qty</th><th>Price</th></tr><tr><td>Chair</td><td>2</td>"
    "<td>50.00</td></tr><tr><td>Desk</td><td>1</td><td>200.00</td></tr></table><p>Net 300.00 EUR</p><p>VAT 57.00 EUR</p>"
    "<p>Total due: 357.00 EUR</p></body></html>",
)
written(
    "drawing.svg",
    '<svg xmlns="http://www.w3.org/2000/svg"><title>hidden title</title><defs><text id="a">hidden part</text></defs>'
    '<text y="20">INV<tspan>OICE</tspan> 4711<tspan y="40">TOTAL 88.50 EUR</tspan></text>'
    '<g display="none"><text>hidden layer</text></g><text style="opacity:0">hidden words</text></svg>',
)
written("shapes.svg", '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>')
written(
    "spoiled.html",
    "<html><body><table><tr><td>item</td><td>amount</td></tr><tr><td>A</td><td>5</td></tr><tr><td>B</td><td>Err:510</td></tr>"
    "<tr><td>C</td><td>7</td></tr></table></body></html>",
)
COLUMNS = (
    ("The ferry to Lund leaves at seven", "The museum opens again in May"),
    ("in the morning and takes four", "after two years of repairs. The"),
    ("hours. Tickets cost 12 euros and", "new director is Clara Voss, who"),
    ("can be bought on board. Captain", "came from Bergen. Entrance is"),
    ("Jonas Meyer has been sailing it", "free on the first Sunday of each"),
    ("since 1998 without an accident.", "month for everybody under 20."),
)
PRICES = (("Article", "Pieces", "Price"), ("Hooks", "12", "3.50"), ("Nails", "900", "1.20"), ("Hinges", "4", "7.80"),
          ("Screws", "310", "2.40"))  # fmt: skip


def in_rows(rows: Sequence[Sequence[str]], places: Sequence[int]) -> str:
    """A page of PostScript whose texts are drawn row by row."""
    shown = (
        f"{x} {770 - 13 * number} moveto ({text}) show"
        for number, row in enumerate(rows)
        for x, text in zip(places, row, strict=True)
    )
    return "%!PS\n/Helvetica findfont 10 scalefont setfont\n" + "\n".join(shown) + "\nshowpage\n"


def distilled(source: Path, path: Path) -> None:
    by("gs", "-q", "-sDEVICE=pdfwrite", "-o", path, source)


MAKERS["columns.pdf"] = from_text("columns.ps", in_rows(COLUMNS, (50, 310)), distilled)
MAKERS["prices.pdf"] = from_text("prices.ps", in_rows(PRICES, (50, 200, 310)), distilled)

written(
    "film.ass",
    "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:05.00,0:00:08.00,Default,,0,0,0,,{\\b1}The pilot{\\b0}, I think,\\Nis Hanna Berg.\n"
    "Comment: 0,0:00:09.00,0:00:10.00,Default,,0,0,0,,The pilot is Ole Brandt.\n",
)
written(
    "revised.rtf",
    r"{\rtf1\ansi{\*\revtbl{Unknown;}{Bo;}}\pard The treasurer is {\rtlch\fcs1 \deleted\revauthdel1 Otto Krantz}"
    r"{\revised\revauth1 Selma Wiik}. She lives in Oslo.\par}",
)
written(
    "damaged.vcf",
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Rosa Lind\r\nTITLE:Caretaker\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\r\n"
    " AAAAAAA\r\nEND:VCARD\r\n",
)
written(
    "zoneless.ics",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;TZID=Europe/Oslo:20270612T083000\r\nSUMMARY:Flight to Bergen\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
)
written("piano.csv", "item,price\npiano,4200\nstool,150\n")
MAKERS["remarks.odt"] = from_text(
    "remarks.fodt",
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2" '
    'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:p>The price of the boat is '
    "800 euros.<office:annotation><text:p>Should be 750 euros</text:p></office:annotation></text:p></office:text>"
    "</office:body></office:document>",
    lambda source, path: by_libreoffice(source, path, "odt"),
)


@makes("recognised.pdf")
def recognised(path: Path) -> None:
    """A scan with the text of another OCR program over it, invisible and wrong."""
    with TemporaryDirectory() as folder:
        layer = Path(folder) / "layer.pdf"
        layer.write_bytes(pdf("3 Tr " + line("The caretaker is Ole Krantz.", 700)))
        by("qpdf", FILES / "scan.pdf", "--overlay", layer, "--", path)


def main() -> None:
    """Write the files that are named, or all."""
    FILES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or list(MAKERS):
        try:
            MAKERS[name](FILES / name)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            print(f"{name} is left as it is: {error}")


if __name__ == "__main__":
    main()
