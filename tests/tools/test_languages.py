"""The table of languages gives each model family and eSpeak NG the codes that they know."""

import subprocess
import sys

import pytest

from hugginggpt.tools.languages import (
    NAMES,
    SPOKEN,
    english_name,
    espeak_language,
    flores200,
    iso1,
    iso3,
    mbart50,
    model_codes,
    name_in,
    spoken,
    spoken_in,
)

FLORES = """
af:afr_Latn am:amh_Ethi ar:arb_Arab as:asm_Beng az:azj_Latn be:bel_Cyrl bg:bul_Cyrl bn:ben_Beng bo:bod_Tibt
bs:bos_Latn ca:cat_Latn cs:ces_Latn cy:cym_Latn da:dan_Latn de:deu_Latn el:ell_Grek en:eng_Latn eo:epo_Latn
es:spa_Latn et:est_Latn eu:eus_Latn fa:pes_Arab fi:fin_Latn fr:fra_Latn ga:gle_Latn gd:gla_Latn gl:glg_Latn
gu:guj_Gujr ha:hau_Latn he:heb_Hebr hi:hin_Deva hr:hrv_Latn ht:hat_Latn hu:hun_Latn hy:hye_Armn id:ind_Latn
ig:ibo_Latn is:isl_Latn it:ita_Latn ja:jpn_Jpan jv:jav_Latn ka:kat_Geor kk:kaz_Cyrl km:khm_Khmr kn:kan_Knda
ko:kor_Hang ku:kmr_Latn ky:kir_Cyrl la: lb:ltz_Latn ln:lin_Latn lo:lao_Laoo lt:lit_Latn lv:lvs_Latn mg:plt_Latn
mi:mri_Latn mk:mkd_Cyrl ml:mal_Mlym mn:khk_Cyrl mr:mar_Deva ms:zsm_Latn mt:mlt_Latn my:mya_Mymr nb:nob_Latn
ne:npi_Deva nl:nld_Latn ny:nya_Latn oc:oci_Latn om:gaz_Latn or:ory_Orya pa:pan_Guru pl:pol_Latn ps:pbt_Arab
pt:por_Latn ro:ron_Latn ru:rus_Cyrl rw:kin_Latn sa:san_Deva sd:snd_Arab si:sin_Sinh sk:slk_Latn sl:slv_Latn
sm:smo_Latn sn:sna_Latn so:som_Latn sq:als_Latn sr:srp_Cyrl su:sun_Latn sv:swe_Latn sw:swh_Latn ta:tam_Taml
te:tel_Telu tg:tgk_Cyrl th:tha_Thai ti:tir_Ethi tk:tuk_Latn tl:tgl_Latn tr:tur_Latn tt:tat_Cyrl ug:uig_Arab
uk:ukr_Cyrl ur:urd_Arab uz:uzn_Latn vi:vie_Latn wo:wol_Latn xh:xho_Latn yi:ydd_Hebr yo:yor_Latn zh:zho_Hans
zu:zul_Latn
""".split()


def test_every_language_has_the_flores_code_that_nllb_was_trained_with() -> None:
    assert [f"{code}:{flores200(code) or ''}" for code in sorted(NAMES)] == FLORES


def test_every_language_is_found_by_its_code_and_by_its_english_name() -> None:
    assert {code: iso1(name) for code, name in NAMES.items()} == {code: code for code in NAMES}
    assert {iso1(name.upper()) for name in NAMES.values()} == set(NAMES)
    assert [code for code in NAMES if iso1(code) != code] == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("pt-BR", "pt"),
        ("zh_CN", "zh"),
        (" Mandarin ", "zh"),
        ("Norwegian Bokmal", "nb"),
        ("no", "nb"),
        ("français", "fr"),
        ("中文", "zh"),
        ("Svenska", "sv"),
        ("ポルトガル語", "pt"),
        ("Klingon", None),
        ("fra_Latn", None),
        ("", None),
    ],
)
def test_a_language_is_found_by_region_alias_and_native_name(language: str, code: str | None) -> None:
    assert iso1(language) == code


def test_only_languages_that_espeak_speaks_well_are_spoken() -> None:
    assert len(SPOKEN) == 70
    assert (spoken("Spanish"), spoken("ja"), spoken_in("say it in Spanish, please"), spoken_in("say it")) == (
        ("es", None, "es", None)
    )
    assert [espeak_language(code) for code in ("zh", "fr", "en", "de")] == ["cmn", "fr", "en-us", "de"]


def test_codes_of_models_are_known_and_unknown_codes_raise_nothing() -> None:
    assert (mbart50("fr"), mbart50("la"), flores200("la"), iso3("tl")) == ("fr_XX", None, None, "tgl")
    assert {"ckb_Arab", "zho_Hans", "fr_XX"} <= model_codes()
    assert (english_name("fr"), english_name("zz"), iso3("xx"), iso3("")) == ("French", "zz", None, None)
    assert (english_name("yue"), name_in("en", "fr"), name_in("zz", "fr")) == ("Cantonese", "anglais", "zz")


def test_langcodes_is_not_imported_for_what_the_table_holds() -> None:
    code = """
import sys
from hugginggpt.tools import languages
assert languages.iso1("French") == "fr" and languages.english_name("fr") == "French"
print("langcodes" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
