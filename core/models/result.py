"""What is told of a model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Result
from core.sizes import bytes_in_words, count_in_words


class ModelFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    bytes: int


class DescribeModelResult(Result):
    path: str
    architecture: str = Field(description="The class that transformers opens, say LlamaForCausalLM.")
    family: str = Field(description="The same in short, say Llama.")
    causal: bool = Field(description="Whether it is a causal language model.")
    parameters: int = Field(description="Distinct ones: a tied head counts once.")
    hidden_size: int
    vocab_size: int = Field(description="Rows of the embedding, padding included.")
    tied: bool = Field(description="Whether one matrix serves as input embedding and as head.")
    dtype: str
    memory_bytes: int = Field(description="What the weights take in memory.")
    layers: int | None = None
    context: int | None = Field(None, description="The most tokens at once.")
    input_embedding: str
    head: str | None = None
    other_vocabulary_tensors: list[str] = Field(
        default_factory=list, description="Further tensors as long as the vocabulary: in the way of a graft."
    )
    tokenizer: str | None = Field(
        None, description="In a few words, where the folder holds a tokenizer.json."
    )
    files: list[ModelFile] = Field(default_factory=list, description="The weight files.")
    bytes: int = Field(description="Of the weight files together.")
    sha256: str | None = None

    def summary(self) -> str:
        parts = [
            model_words(self.family, self.parameters, self.vocab_size),
            f"width {self.hidden_size:,}",
            *([f"{self.layers} layers"] if self.layers is not None else []),
            *([f"context {self.context:,}"] if self.context is not None else []),
            "tied" if self.tied else "untied",
            f"{self.dtype}, {bytes_in_words(self.memory_bytes)} in memory",
        ]
        sentences = [f"{', '.join(parts)}."]
        if self.tokenizer:
            sentences.append(f"Tokenizer: {self.tokenizer}.")
        if self.other_vocabulary_tensors:
            named = ", ".join(self.other_vocabulary_tensors[:3])
            sentences.append(f"In the way of a graft: {named}.")
        if self.sha256:
            sentences.append(f"SHA-256 {self.sha256}.")
        return " ".join(sentences)


def model_words(family: str, parameters: int, vocab_size: int) -> str:
    """``Llama, 5.1 M parameters, vocabulary 8,192``."""
    return f"{family}, {count_in_words(parameters)} parameters, vocabulary {vocab_size:,}"
