"""A folder's recipe, with what a person says instead."""

from __future__ import annotations

from dataclasses import replace

from core.encoders.recipe import Recipe, Step
from core.encoders.request import EncoderFields


def changed(recipe: Recipe, fields: EncoderFields) -> Recipe:
    """What is left out in the form stays as the folder says. Vectors that are not to be made length 1 are
    compared by their inner product."""
    if fields.pooling is not None:
        recipe = replace(recipe, pooling=(fields.pooling,))
    if fields.most_tokens is not None:
        recipe = replace(recipe, most_tokens=fields.most_tokens)
    if fields.normalise is not None:
        steps = tuple(step for step in recipe.steps if step.kind != "Normalize")
        if fields.normalise:
            recipe = replace(recipe, steps=(*steps, Step("Normalize")), similarity="cosine")
        else:
            recipe = replace(recipe, steps=steps, similarity="dot")
    prompts = dict(recipe.prompts)
    if fields.query_prompt is not None:
        prompts["query"] = fields.query_prompt
    if fields.document_prompt is not None:
        prompts["document"] = fields.document_prompt
    return replace(recipe, prompts=prompts, layer=fields.layer, attention=fields.attention)
