"""The dictionary of the LLM field: English and Chinese, with sources.

>>> from llmterms import Glossary
>>> Glossary.load().get("GRPO").zh
'组相对策略优化'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmterms.comparison import Comparison as Comparison
    from llmterms.comparison import Link as Link
    from llmterms.comparison import Share as Share
    from llmterms.glossary import Glossary as Glossary
    from llmterms.model import Bilingual as Bilingual
    from llmterms.model import Citation as Citation
    from llmterms.model import Match as Match
    from llmterms.model import Origin as Origin
    from llmterms.model import Related as Related
    from llmterms.model import Relation as Relation
    from llmterms.model import Term as Term

    __version__: str

__all__ = [
    "Bilingual",
    "Citation",
    "Comparison",
    "Glossary",
    "Link",
    "Match",
    "Origin",
    "Related",
    "Relation",
    "Share",
    "Term",
]


def __getattr__(name: str) -> object:
    """Load on first use: the command must not pay for what it does not print."""
    if name == "__version__":
        from importlib.metadata import version

        return version("llmterms")
    if name == "Glossary":
        from llmterms.glossary import Glossary

        return Glossary
    if name in {"Comparison", "Link", "Share"}:
        from llmterms import comparison

        return getattr(comparison, name)
    if name in __all__:
        from llmterms import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
