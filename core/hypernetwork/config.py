"""The shape of a hypernetwork, under the names that published ones give it in their config.json."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class HypernetworkConfig(BaseModel):
    """Field names are the code's own; the aliases are those of the file.

    h is the base's width, `base_tokens` the ids whose rows stand in the base's own matrices. An id at or
    above that is one of `extra_tokens`, whose rows the hypernetwork holds itself.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    width: int = Field(
        validation_alias="hn_hidden_size", serialization_alias="hn_hidden_size", ge=1, le=65_536
    )
    feed_forward: int = Field(
        validation_alias="hn_intermediate_size", serialization_alias="hn_intermediate_size", ge=1, le=262_144
    )
    layers: int = Field(
        default=3, validation_alias="hn_n_layers", serialization_alias="hn_n_layers", ge=1, le=256
    )
    heads: int | None = Field(
        default=None,
        validation_alias="hn_num_attention_heads",
        serialization_alias="hn_num_attention_heads",
        ge=1,
    )
    base_width: int = Field(validation_alias="n_embd", serialization_alias="n_embd", ge=1, le=65_536)
    base_tokens: int = Field(
        validation_alias="original_vocab_size", serialization_alias="original_vocab_size", ge=1, le=10_000_000
    )
    extra_tokens: int = Field(
        default=0,
        validation_alias="hn_n_extra_tokens",
        serialization_alias="hn_n_extra_tokens",
        ge=0,
        le=10_000_000,
    )
    longest: int = Field(
        default=16,
        validation_alias="hn_surface_maxlen",
        serialization_alias="hn_surface_maxlen",
        ge=1,
        le=512,
    )
    """Pieces of a token that are looked at; what is behind them is cut off."""
    padding: int = Field(validation_alias="pad_token_id", serialization_alias="pad_token_id", ge=0)
    """The id that fills up spellings shorter than `longest`."""
    untied: bool = Field(
        default=False,
        validation_alias="separate_out_embeddings",
        serialization_alias="separate_out_embeddings",
    )
    """Whether a row of the head is foretold apart from that of the input."""
    one_output: bool = Field(
        default=False, validation_alias="hn_single_head", serialization_alias="hn_single_head"
    )
    """Whether both rows come from one last layer."""
    scaled: bool = Field(
        default=False, validation_alias="hn_rescale_embeddings", serialization_alias="hn_rescale_embeddings"
    )
    bias: bool = Field(
        default=True, validation_alias="hn_predict_bias", serialization_alias="hn_predict_bias"
    )
    languages: int | None = Field(default=None, validation_alias="n_langs", serialization_alias="n_langs")
    by_language: bool = Field(
        default=False, validation_alias="hn_embed_lang_id", serialization_alias="hn_embed_lang_id"
    )
    language_names: list[str] = Field(
        default_factory=list, validation_alias="langs", serialization_alias="langs"
    )
    digest: str | None = Field(
        default=None, validation_alias="lexigraft_digest", serialization_alias="lexigraft_digest"
    )
    """Of all that the weights follow from, where they were trained here."""

    @property
    def attention_heads(self) -> int:
        return self.heads or max(1, self.width // 64)

    @property
    def source_width(self) -> int:
        """Of what a piece is given as: the row of the input, and behind it that of an untied head."""
        return self.base_width * (2 if self.untied else 1)
