"""`check_provider`: the providers that LangChain's `init_chat_model` knows, and the package that each needs.

The names and packages are those of langchain 1.4. A provider that a newer version adds works once its package,
`langchain-PROVIDER`, is installed; no error message names a package that is only a guess.
"""

from difflib import get_close_matches
from importlib.util import find_spec

from ...graph.errors import UsageError

_PACKAGES = {
    "anthropic_bedrock": "langchain_aws",
    "azure_openai": "langchain_openai",
    "bedrock": "langchain_aws",
    "bedrock_converse": "langchain_aws",
    "google_anthropic_vertex": "langchain_google_vertexai",
    "nvidia": "langchain_nvidia_ai_endpoints",
} | {
    name: f"langchain_{name}"
    for name in (
        "anthropic azure_ai baseten cohere deepseek fireworks google_genai google_vertexai groq ibm litellm mistralai "
        "openrouter perplexity together upstage xai"
    ).split()
}


def check_provider(provider: str, spec: str, without_langchain: list[str]) -> None:
    """Raises `UsageError` for an unknown provider or a missing package. `without_langchain`: the others, for the hint."""
    package = _PACKAGES.get(provider) or f"langchain_{provider}"
    if provider not in _PACKAGES and find_spec(package) is None:
        near = get_close_matches(provider, [*without_langchain, *_PACKAGES], n=1)
        known = f"Did you mean {near[0]}:MODEL? " if near else ""
        raise UsageError(
            f"there is no controller {spec!r}",
            hint=f"{known}There are {', '.join(without_langchain)}, and with LangChain {', '.join(sorted(_PACKAGES))}.",
        )
    if missing := [name.replace("_", "-") for name in ("langchain", package) if find_spec(name) is None]:
        needed = " ".join(missing)
        raise UsageError(f"there is no controller {spec!r} here: it needs {needed}", hint=f"pip install {needed}")
