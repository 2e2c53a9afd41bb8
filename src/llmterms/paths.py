"""Where llmterms looks for glossaries and keeps its index, and why there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

BUNDLED = Path(__file__).parent / "data" / "terms.yaml"
GLOSSARIES_VARIABLE = "LLMTERMS_PATH"


class Place(NamedTuple):
    """A path together with the reason for which it is in use."""

    path: Path
    reason: str


def config_folder() -> Path:
    """Return the folder whose `*.yaml` files are the user's own glossaries."""
    import platformdirs

    return platformdirs.user_config_path("llmterms", appauthor=False)


def cache_folder() -> Path:
    """Return the folder that holds the compiled index."""
    import platformdirs

    return platformdirs.user_cache_path("llmterms", appauthor=False)


def glossary_layers(environ: Mapping[str, str] = os.environ) -> list[Place]:
    """Return the glossary files in use, lowest layer first: a later one overrides.

    First the bundled one, then the user's config folder by file name, then `LLMTERMS_PATH`,
    a list of files separated as in PATH.
    """
    layers = [Place(BUNDLED, "bundled")]
    folder = config_folder()
    try:
        own = sorted(path for path in folder.iterdir() if path.suffix == ".yaml")
    except OSError:
        own = []
    layers += [Place(path, "config folder") for path in own]
    named = environ.get(GLOSSARIES_VARIABLE, "").split(os.pathsep)
    layers += [Place(Path(name).expanduser().absolute(), GLOSSARIES_VARIABLE) for name in named if name]
    return layers
