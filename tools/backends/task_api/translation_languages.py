"""Languages as translation models behind the task API want them told: ISO 639-1, FLORES-200 or mBART's own codes."""

import re
from typing import Any, NamedTuple

from ....graph.call import Call
from ....graph.errors import ExpertError
from ....graph.task import Task
from ..local.language_tokens import detected, english_name, iso1, own_code
from ..local.tasks.sequence_to_sequence import pair_fits

_FLORES = """afr_Latn als_Latn amh_Ethi arb_Arab asm_Beng azj_Latn bel_Cyrl ben_Beng bod_Tibt bos_Latn bul_Cyrl cat_Latn
ces_Latn ckb_Arab cym_Latn dan_Latn deu_Latn ell_Grek eng_Latn epo_Latn est_Latn eus_Latn fin_Latn fra_Latn gaz_Latn
gla_Latn gle_Latn glg_Latn guj_Gujr hat_Latn hau_Latn heb_Hebr hin_Deva hrv_Latn hun_Latn hye_Armn ibo_Latn ind_Latn
isl_Latn ita_Latn jav_Latn jpn_Jpan kan_Knda kat_Geor kaz_Cyrl khk_Cyrl khm_Khmr kin_Latn kir_Cyrl kmr_Latn kor_Hang
lao_Laoo lin_Latn lit_Latn ltz_Latn lvs_Latn mal_Mlym mar_Deva mkd_Cyrl mlt_Latn mri_Latn mya_Mymr nld_Latn nob_Latn
npi_Deva nya_Latn oci_Latn ory_Orya pan_Guru pbt_Arab pes_Arab plt_Latn pol_Latn por_Latn ron_Latn rus_Cyrl san_Deva
sin_Sinh slk_Latn slv_Latn smo_Latn sna_Latn snd_Arab som_Latn spa_Latn srp_Cyrl sun_Latn swe_Latn swh_Latn tam_Taml
tat_Cyrl tel_Telu tgk_Cyrl tgl_Latn tha_Thai tir_Ethi tuk_Latn tur_Latn uig_Arab ukr_Cyrl urd_Arab uzn_Latn vie_Latn
wol_Latn xho_Latn ydd_Hebr yor_Latn zho_Hans zul_Latn""".split()
"""NLLB's, of the languages known here."""
_MBART = """af_ZA ar_AR az_AZ bn_IN cs_CZ de_DE en_XX es_XX et_EE fa_IR fi_FI fr_XX gl_ES gu_IN he_IL hi_IN hr_HR id_ID
it_IT ja_XX ka_GE kk_KZ km_KH ko_KR lt_LT lv_LV mk_MK ml_IN mn_MN mr_IN my_MM ne_NP nl_XX pl_PL ps_AF pt_XX ro_RO ru_RU
si_LK sl_SI sv_SE sw_KE ta_IN te_IN th_TH tl_XX tr_TR uk_UA ur_PK vi_VN xh_ZA zh_CN""".split()
"""mBART-50's."""
_PAIRED = re.compile(r"opus-mt-", re.IGNORECASE)
_T5 = re.compile(r"(?:^|/)t5-\w+$")


class Told(NamedTuple):
    """How the languages go to a model: in words before the text, or as parameters."""

    prefix: str = ""
    parameters: dict[str, Any] = {}  # a NamedTuple's default, and never changed


def can_be_told(task: Task, model_id: str) -> str | None:
    """Why the languages of a task can't be had from a model."""
    if reason := pair_fits(task, model_id):
        return reason
    for side in ("source", "target"):
        asked = task.parameters.get(f"{side}_language")
        if asked and _code(model_id, str(asked)) is None:
            return f"it has no code for {asked}"
    return None


def told(call: Call, text: str) -> Told:
    """The languages of a call. Clients send codes in pairs only: where nobody told the source, it is detected."""
    model_id, parameters = call.expert.model_id, call.task.parameters
    target = str(parameters.get("target_language") or "")
    if not target or _PAIRED.search(model_id):  # its name is its pair
        return Told()
    source = str(parameters.get("source_language") or detected(text) or "")
    if not source:
        raise ExpertError(
            f"{model_id} must be told which language the text is in", hint="Give source_language.", kind="wrong_task"
        )
    if _T5.search(model_id):  # its pipeline drops the parameters
        into = english_name(iso1(target) or target)
        return Told(prefix=f"translate {english_name(iso1(source) or source)} to {into}: ")
    return Told(parameters={"src_lang": _code(model_id, source), "tgt_lang": _code(model_id, target)})


def _code(model_id: str, language: str) -> str | None:
    """A language as a model calls it; None for one that it has no code for."""
    short = iso1(language)
    if short is None:
        return language if language in (*_FLORES, *_MBART) else None
    lower = model_id.lower()
    if "nllb" in lower:
        return own_code(short, _FLORES)
    return own_code(short, _MBART) if "mbart" in lower else short
