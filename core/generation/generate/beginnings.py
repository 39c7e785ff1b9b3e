"""What each model goes on from: prompts as it reads them, ended as was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import UserError
from core.generation.byte_model import ByteModel
from core.generation.covers.opened import byte_model
from core.generation.decoding import boundary
from core.generation.decoding.boundary import Beginning, Exact
from core.generation.decoding.writing import check_room
from core.generation.generate.request import GenerateRequest, first_tokens
from core.generation.language.language_model import LanguageModel
from core.jobs.context import Context
from core.tokenizers.live.chat import chat_templates, render_chat
from core.tokenizers.live.request import AskChat


class Beginnings:
    """Of one model, for all prompts. What can be wrong with a prompt is found out at once.

    Args:
        place: the model's among the request's.

    Raises:
        UserError: a prompt is empty or too long for the model, there is no chat template, or the first tokens
            do not fit the prompt.
    """

    def __init__(
        self,
        language: LanguageModel,
        request: GenerateRequest,
        prompts: Sequence[str],
        place: int,
        ctx: Context,
    ) -> None:
        self._language, self._request, self._prompts, self._ctx = language, request, prompts, ctx
        self._forced = first_tokens(request.forced[place]) if place < len(request.forced) else (None, [])
        self.plain = [self._plain(prompt, request.models[place]) for prompt in prompts]
        for one in self.plain:
            check_room(language, len(one.prefix) + len(one.forced))
        self._bytes: ByteModel | None = None
        self._fails = False
        """Whether there is no law of bytes for this model."""
        self._read: tuple[int, Exact] | None = None
        """The prompt that was read last, byte by byte: samples follow each other."""

    def of(self, prompt: int, sample: int) -> Beginning:
        """Where one text begins. Reads the prompt where that takes the model."""
        plain = self.plain[prompt]
        request, text = self._request, self._prompts[prompt]
        if request.chat or plain.forced or not text or request.boundary == "plain":
            return plain
        if request.boundary == "healing":
            found = boundary.healed(self._language, text)
            if found is None:
                self._warn("cannot heal a prompt of one token, since nothing stands before it")
            return found or plain
        return self._exactly(prompt, sample) or plain

    def _plain(self, prompt: str, path: Path) -> Beginning:
        language = self._language
        before, first = self._forced
        try:
            if self._request.chat:
                return Beginning(tuple(before or self._chat(prompt, path)), forced=tuple(first))
            if before is not None:
                return boundary.replaced(language, prompt, before, first)
            found = boundary.plain(language, prompt)
            if not all(id < language.vocab_size for id in first):
                raise ValueError(f"{language.name} has only {language.vocab_size:,} tokens")
            return found._replace(forced=tuple(first))
        except ValueError as error:
            raise UserError(f"The first tokens do not fit: {error}.", field="forced") from None

    def _chat(self, prompt: str, path: Path) -> tuple[int, ...]:
        tokenizer = self._language.tokenizer
        system = [("system", self._request.system)] if self._request.system else []
        question = AskChat(tokenizer=path, messages=(*system, ("user", prompt)))
        chat = render_chat(question, tokenizer, chat_templates(path.expanduser(), tokenizer.path))
        if chat.problem:
            way_out = "" if chat.names else " Leave “As a chat” off, or give the text as the model knows it."
            raise UserError(f"{self._language.name}: {chat.problem}{way_out}", field="chat")
        return tuple(chat.ids)

    def _exactly(self, prompt: int, sample: int) -> Beginning | None:
        draws = self._request.strategy.kind == "sample"
        try:
            exact = self._exact(prompt)
            if exact is None:
                return None
            return exact.begin(
                seed=(self._ctx.seed, prompt, sample) if draws else None,
                samplers=self._request.samplers if draws else [],
                most=self._request.max_bytes,
            )
        except UserError as error:
            self._warn(f"cannot go on exactly from where the prompt ends ({error.message.rstrip('.')})")
            return None

    def _exact(self, prompt: int) -> Exact | None:
        """The prompt, read byte by byte; None where that was tried before, and cannot be."""
        if self._fails:
            return None
        if self._bytes is None:
            self._fails = True
            self._bytes = byte_model(self._language, convention="valid", warn=self._ctx.warn)
            self._fails = False
        if self._read is None or self._read[0] != prompt:
            self._read = None
            self._read = prompt, Exact(self._language, self._bytes, self._prompts[prompt], self._ctx)
        return self._read[1]

    def _warn(self, words: str) -> None:
        self._ctx.warn(f"{self._language.name} {words}; it goes on right after the prompt's own tokens.")
