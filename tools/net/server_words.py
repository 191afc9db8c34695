"""`message_in`: what a server itself says in an error, in every form that servers use; what of it means a lack of credit."""

import html
import re
from typing import Any

from ...graph.untrusted_json import read_untrusted_json

_NO_CREDIT = re.compile(
    r"insufficient[_ ](?:quota|balance|funds|credit)|not[_ ]enough[_ ](?:balance|credit|quota)|exceeded your current quota"
    r"|out of credits?|(?:credit|balance) (?:is )?(?:too low|exhausted)",
    re.IGNORECASE,
)
"""What providers write into a 400, 403 or 429 that means 402."""
_TITLE = re.compile(r"<title>\s*([^<]{1,200}?)\s*</title>", re.IGNORECASE)
"""What a gateway's page says."""


def message_in(response: Any) -> str:
    """The server's own words, in the forms of OpenAI, Google (a list), FastAPI (`detail`), plain text and a page's title."""
    body = _body_of(response)
    if isinstance(body, str):
        return body.strip().partition("\n")[0]
    if isinstance(body, list):
        body = next((each for each in body if isinstance(each, dict)), {})
    if not isinstance(body, dict):
        return ""
    error = next((body[key] for key in ("error", "message", "detail") if body.get(key)), "")
    if isinstance(error, dict):
        error = next((error[key] for key in ("message", "detail", "reason") if error.get(key)), "")
    if isinstance(error, list):
        error = "; ".join(str(each.get("msg", each) if isinstance(each, dict) else each) for each in error)
    return str(error)


def _reason_in(response: Any) -> str:
    """The code or reason beside the server's words: `insufficient_quota`, `NOT_ENOUGH_BALANCE`."""
    body = _body_of(response)
    error = body.get("error") if isinstance(body, dict) else None
    named = [each for each in (body, error) if isinstance(each, dict)]
    return " ".join(str(each[key]) for each in named for key in ("code", "type", "reason") if each.get(key))


def _body_of(response: Any) -> Any:
    """The body of an error as JSON, or as text where it is plain text or a page; None where neither was read."""
    try:
        content, headers = response.content, response.headers
        form = str(headers.get("content-type", ""))
        if "text/html" in form:
            title = _TITLE.search(content[:10_000].decode("utf-8", "replace"))
            return html.unescape(title[1]) if title else None
        if "text/plain" in form and not content.lstrip().startswith((b"{", b"[")):
            return content.decode("utf-8", "replace")[:2_000]
        return read_untrusted_json(content)
    except Exception:  # not JSON, or a stream that was not read
        return None


def speaks_of_credit(detail: str, response: Any) -> bool:
    """Whether the server's words, or the code beside them, say that the account has no credit left."""
    return bool(_NO_CREDIT.search(f"{detail} {_reason_in(response)}"))


UNSTATED = "unstated_status"
"""The extension of a response whose error names no status."""


def code_in(error: Any) -> int | None:
    """The status that an error object in an answer names; None where it names none."""
    code = str(error.get("code", error.get("status"))) if isinstance(error, dict) else ""
    return int(code) if re.fullmatch(r"[45]\d\d", code) else None


def reported_error(body: Any) -> Any:
    """The error object of an answer that has nothing else, as some servers send it with status 200; else None.

    vLLM's is the whole answer (`object` is `error`), and some send a `message` alone.
    """
    body = next(iter(body), None) if isinstance(body, list) else body
    if not isinstance(body, dict) or body.get("choices"):
        return None
    alone = isinstance(body.get("message"), str) and body.keys().isdisjoint(("choices", "usage"))
    return body if body.get("object") == "error" or alone else body.get("error")
