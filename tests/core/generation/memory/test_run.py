from pathlib import Path

import pytest

from core.errors import UserError
from core.generation.memory.run import models_in_memory
from tests.tiny_models import write_tiny_model


def test_that_models_are_loaded_told_and_let_go(tmp_path: Path) -> None:
    one, two = (write_tiny_model(tmp_path / name, layers=2) for name in ("one", "two"))
    models_in_memory(unload=[Path(model.path) for model in models_in_memory().residents.models])

    result = models_in_memory(load=[one, two])
    assert [model.name for model in result.residents.models] == ["one", "two"]
    assert result.residents.models[0].dtype == "float32"
    assert result.residents.models[0].bytes > 4 * (320 * 16 + 2 * (4 * 16 * 16 + 3 * 16 * 32))
    assert result.residents.budget > 0
    assert "2 language models take" in result.summary()
    assert [row[0] for row in result.tables()[0].rows] == ["one", "two"]

    result = models_in_memory(unload=[one, tmp_path / "never loaded"])
    assert [model.name for model in result.residents.models] == ["two"]
    assert models_in_memory(unload=[two]).residents.models == []


def test_that_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no folder"):
        models_in_memory(load=[tmp_path / "absent"])
