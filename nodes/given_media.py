"""`Intake`: stores the data that an input brings, and puts references in its place, before anything of it is kept.

LangGraph saves its input before the first stage runs, so bytes must be gone by then: in `messages` (content blocks), in
`files` (data URLs, bytes, content blocks) and in `request` (data URLs within the text).
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, convert_to_messages

from ..graph.content_blocks import GivenFile, given_file, is_data_url, is_hash, link_to, reference_to, referred, text_of
from ..graph.errors import InvalidInput
from ..graph.mentions import LONGEST_NAME
from ..graph.ports import Fetcher
from ..graph.resource import Resource
from ..graph.state import Json

LONGEST_PART = 255
"""Characters between two slashes of a path: what file systems allow."""
_IN_TEXT = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*,[\w%/+=.~!*'()-]{64,}", re.IGNORECASE)
"""A data URL within a text; shorter ones may be quoted for their own sake."""


class Intake:
    """The data of one input. `known` reads what is stored in the conversation, which references may name."""

    def __init__(self, fetcher: Fetcher, known: Callable[[], Awaitable[Sequence[Resource]]]) -> None:
        self._fetcher = fetcher
        self._read_known = known
        self._known: dict[str | None, Resource] | None = None
        self._taken = dict[str, str | None]()
        self._given = dict[str, str | None]()
        self._here = set[str | None]()
        """Names given in this message or list of files: equal files are two there, and one when a history is sent again."""

    async def without_data(self, values: Mapping[str, Any]) -> Json:
        """The values of an input or update with references in place of data. Raises `InvalidInput`."""
        clean = dict(values)
        if "files" in values:
            clean["files"] = [await self._file(file) for file in _as_list(values["files"])]
        if isinstance(text := values.get("request"), str):
            clean["request"], found = await self._text(text)
            if found:
                clean["files"] = [*clean.get("files", []), *found]
        if messages := values.get("messages"):
            clean["messages"] = [await self._message(message) for message in _as_messages(messages)]
            if clean.get("request") and isinstance(last := clean["messages"][-1], HumanMessage):
                clean["files"] = [*clean.get("files", []), *media_in(last)]
        return clean

    async def _file(self, file: Any) -> str | Json:
        """A path or URL as it is; a reference for all else."""
        if isinstance(file, str) and not is_data_url(file):
            if len(file) > LONGEST_NAME or ("://" not in file and max(map(len, file.split("/"))) > LONGEST_PART):
                raise InvalidInput(
                    f"a file was named by {len(file):,} characters, which are neither a path nor a URL",
                    hint="Give data as a data URL: data:image/png;base64,iVBORw0KGgo...",
                )
            return file
        if isinstance(file, str):
            given = GivenFile(url=file)
        elif isinstance(file, bytes | bytearray):
            given = GivenFile(data=bytes(file))
        else:
            given = file if isinstance(file, GivenFile) else given_file(file)
        return given.url if given.url and not given.holds_data else await self._reference(given)

    async def _message(self, message: BaseMessage) -> BaseMessage:
        human = isinstance(message, HumanMessage)
        self._here.clear()
        if isinstance(message.content, str):
            if not human:
                return message
            text, found = await self._text(message.content)
            return message.model_copy(update={"content": [_as_text(text), *found]}) if found else message
        blocks = list[Any]()
        for block in message.content:
            if (words := text_of(block)) is not None:
                text, found = await self._text(words) if human else (words, [])
                blocks += [_as_text(text), *found] if found else [block]
            else:
                blocks.append(await self._block(block, strict=human))
        return message.model_copy(update={"content": blocks})

    async def _block(self, block: Any, *, strict: bool) -> Any:
        """`strict`: of a request; what models and tools write may hold blocks of any type."""
        try:
            given = given_file(block)
        except InvalidInput:
            if strict:
                raise
            return block
        if given.url and not given.holds_data:
            return link_to(given, block) if strict else block
        return await self._reference(given)

    async def _text(self, text: str) -> tuple[str, list[Json]]:
        """A text with names in place of the data URLs in it, and references to these."""
        found = list[Json]()
        for url in dict.fromkeys(_IN_TEXT.findall(text)):
            found.append(await self._reference(GivenFile(url=url)))
            text = text.replace(url, found[-1]["extras"]["name"])
        return text, found

    async def _reference(self, given: GivenFile) -> Json:
        if self._known is None:  # most inputs bring no data
            resources = await self._read_known()
            self._known = {resource.sha256: resource for resource in resources}
            self._taken = {resource.name: resource.sha256 for resource in resources if resource.name}
        if not given.holds_data and given.file_id:
            if is_hash(given.file_id) and (known := self._known.get(given.file_id)):
                return reference_to(known)
            raise InvalidInput(
                f"the file id {given.file_id[:80]!r} names no file of this conversation",
                hint="Send the file itself: as base64, a data URL or an http URL.",
            )
        if not given.holds_data:
            raise InvalidInput(f"{given.name or 'a file'} was given as data, and is empty (0 bytes)")
        resource = await self._fetcher.keep(given)
        earlier = self._known.get(resource.sha256)
        again = earlier is not None and not given.name and earlier.name not in self._here
        name = earlier.name if earlier and again else self._distinct(resource, named=bool(given.name))
        resource = resource.model_copy(update={"name": name})
        self._known[resource.sha256] = resource
        self._given[name or ""] = resource.sha256
        self._here.add(name)
        return reference_to(resource)

    def _distinct(self, resource: Resource, *, named: bool) -> str:
        """Its name, numbered where another file of the request has it; a name of ours also within the conversation."""
        path, taken, number = PurePosixPath(resource.name or "data"), self._given if named else self._taken, 1
        taken = self._given | taken
        name = path.name
        while name in self._here or taken.get(name, resource.sha256) != resource.sha256:
            number += 1
            name = f"{path.stem}-{number}{path.suffix}"
        return name


def media_in(message: BaseMessage) -> list[str | Json]:
    """The files of a message that an `Intake` has read: URLs, and references."""
    blocks = message.content if isinstance(message.content, list) else []
    found = list[str | Json]()
    for block in blocks:
        if isinstance(block, dict) and text_of(block) is None:
            found += [block] if referred(block) else [block["url"]] if "url" in block else []
    return found


def words_of(message: BaseMessage) -> str:
    """The text of a request; a block is a line of its own."""
    if isinstance(message.content, str):
        return message.content
    return "\n".join(text for block in message.content if (text := text_of(block)))


def message_passed_over(values: Any) -> tuple[str, ...]:
    """A sentence for each system message, and for the newest message where a `request` stands beside it, in other words."""
    request, messages = (values.get("request"), values.get("messages")) if isinstance(values, Mapping) else ("", ())
    instructions = [str(each.text).strip() for each in messages or () if isinstance(each, SystemMessage)]
    passed = tuple(
        f"Not used: the system message “{_short(words)}”: say it in the request." for words in instructions if words
    )
    last = messages[-1] if messages else None
    if not request or not isinstance(last, HumanMessage) or not (words := words_of(last).strip()):
        return passed
    if words == request.strip():
        return passed
    return (*passed, f"Not done: the message “{_short(words)}”: `request` was given beside it.")


def _short(words: str) -> str:
    return words if len(words) <= 80 else f"{words[:80]}..."


def _as_text(text: str) -> Json:
    return {"type": "text", "text": text}


def _as_list(files: Any) -> Sequence[Any]:
    """One file is a list of one."""
    if isinstance(files, str | bytes | Mapping | GivenFile):
        return [files]
    if isinstance(files, Sequence):
        return files
    raise InvalidInput(f"`files` must be a list of paths, URLs or content blocks, not {type(files).__name__}")


def _as_messages(messages: Any) -> list[BaseMessage]:
    given = messages if isinstance(messages, list) else [messages]
    try:
        return [convert_to_messages([message])[0] for message in given]
    except Exception as error:  # they repeat the message, and its data with it
        raise InvalidInput(
            f"`messages` holds something that is no message ({type(error).__name__})",
            hint='Its form: [{"role": "user", "content": "..."}]',
        ) from None
