"""The glossary as a Python object: what the command is built on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from llmterms import paths, search
from llmterms.index import Index
from llmterms.model import Bilingual, Match, Mention, Related, Term

if TYPE_CHECKING:  # only `scan` pays for it
    from llmterms.scan import Scanner
    from llmterms.texts import Text


class Glossary:
    """All terms of the bundled glossary and of the user's own, found by name.

    >>> glossary = Glossary.load()
    >>> glossary.get("grpo").full_name
    'Group Relative Policy Optimization'
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._scanner: Scanner | None = None

    @classmethod
    def load(cls, *files: Path, cache: Path | None = None) -> Glossary:
        """Open the glossary; the first time, this compiles it into the user's cache folder.

        `files` are glossary files, lowest layer first, to use instead of the ones that the
        command would use; `cache` is a folder to keep the compiled index in. A file of the user
        that is broken is left out: see `broken`. Raises BadGlossary if the lowest layer is broken.

        >>> len(Glossary.load()) > 50
        True
        """
        layers = list(files) or [place.path for place in paths.glossary_layers()]
        return cls(Index(layers, cache or paths.cache_folder()))

    def __len__(self) -> int:
        return self._index.size()

    def __iter__(self) -> Iterator[Term]:
        """Yield every term in the order of names."""
        return self._index.all_terms()

    def __contains__(self, name: str) -> bool:
        return bool(self.lookup(name))

    @property
    def index(self) -> Index:
        """The compiled index that the answers come from."""
        return self._index

    @property
    def categories(self) -> dict[str, Bilingual]:
        """The names of the categories by id."""
        return self._index.categories()

    @property
    def broken(self) -> list[tuple[str, int]]:
        """The glossary files left out, each with its number of problems."""
        return self._index.broken()

    def get(self, name: str) -> Term | None:
        """Return the term of this name, alias, expansion, Chinese name or id, or None.

        A name with several meanings gives one that bears it as its name before one that has it
        as an alias; `lookup` gives them all.

        >>> Glossary.load().get("混合专家模型").name
        'MoE'
        """
        found = self.lookup(name)
        return found[0].term if found else None

    def lookup(self, name: str) -> list[Match]:
        """Return every meaning of `name`; case, width, spaces and hyphens do not matter.

        >>> [match.term.id for match in Glossary.load().lookup("RFT")]
        ['reinforcement-fine-tuning', 'rejection-sampling-fine-tuning']
        """
        return search.lookup(self._index, name)

    def guess(self, name: str) -> Match | None:
        """Return the one term that `name` is a misspelling of, or None if none is clear.

        >>> Glossary.load().guess("gropo").term.name
        'GRPO'
        """
        return search.guess(self._index, name)

    def search(self, query: str, limit: int | None = None) -> list[Match]:
        """Return the terms that `query` may mean, the likeliest first, at most `limit`.

        A match says what matched and how well, with a score from 0 to 100.

        >>> [match.term.name for match in Glossary.load().search("self-rewarding", limit=1)]
        ['Self-Rewarding']
        """
        return search.search(self._index, query, limit)

    def suggest(self, name: str) -> list[str]:
        """Return at most five names near to one that was not found.

        >>> "GRPO" in Glossary.load().suggest("grpoo")
        True
        """
        return search.suggest(self._index, name)

    def related(self, name: str, depth: int = 1) -> list[Related]:
        """Return the terms related to `name`, those at most `depth` steps away, nearest first.

        Each term comes once, by a shortest way. An unknown name gives an empty list.

        >>> [link.relation for link in Glossary.load().related("GRPO") if link.id == "ppo"]
        ['extends']
        """
        term = self.get(name)
        return self.walk(term, depth) if term else []

    def walk(self, term: Term, depth: int = 1) -> list[Related]:
        """Return the terms at most `depth` steps away from `term`, nearest first."""
        found: list[Related] = []
        start = self._index.number(term.id)
        ids = {start: term.id}
        level = [start]
        for distance in range(1, depth + 1):
            following: list[int] = []
            for edge, id, name in self._index.edges(level):
                if edge.target not in ids:
                    ids[edge.target] = id
                    following.append(edge.target)
                    found.append(Related(edge.relation, id, name, distance, ids[edge.source]))
            level = following
        return found

    def select(self, *, kind: str = "", category: str = "", since: str = "", until: str = "") -> list[Term]:
        """Return the terms of a kind, of a category or with an origin between two dates.

        Dates are YYYY, YYYY-MM or YYYY-MM-DD and both count as included.

        >>> [term.name for term in Glossary.load().select(kind="dataset", until="2023-06")][:1]
        ['PRM800K']
        """
        return self._index.select(kind=kind, category=category, since=since, until=until)

    def scan(self, text: str | Text, progress: Callable[[int], None] = lambda done: None) -> Iterator[Mention]:
        """Yield where terms stand in a text, in the order in which they stand there.

        `text` is plain text or what `texts.read` makes of a Markdown, HTML, LaTeX or PDF file;
        `progress` is told of characters as they are done.

        >>> [mention.term.name for mention in Glossary.load().scan("We train with GRPO instead of PPO.")]
        ['GRPO', 'PPO']
        """
        from llmterms import texts
        from llmterms.scan import Scanner

        if isinstance(text, str):
            text = texts.plain(text)
        self._scanner = self._scanner or Scanner(self._index)
        terms: dict[int, Term] = {}
        for each in self._scanner.scan(text, progress):
            if each.term not in terms:
                terms |= self._index.terms([each.term])
            yield Mention(terms[each.term], each.start, each.end)

    def random(self) -> Term:
        """Return any one term."""
        return self._index.random()
