"""The glossary as a Python object: what the command is built on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from llmterms import paths, search
from llmterms.index import Index
from llmterms.model import RELATIONS, Bilingual, Match, Mention, Related, Term

if TYPE_CHECKING:  # only `compare` and `scan` pay for them
    from llmterms.comparison import Comparison
    from llmterms.scan import Scanner
    from llmterms.texts import Text

# How little a relation says, in either direction; descent and kind, which are not named, say most.
_LOOSE = {
    "part-of": 1, "uses": 1, "made-by": 1, "measures": 1,
    "alternative-to": 2, "not-to-be-confused-with": 3, "see-also": 3,
}  # fmt: skip


class _Way(NamedTuple):
    """A link that a chain can go on with, to the term of number `target`."""

    looseness: int
    target: int
    link: Related


_Chain = tuple["_Chain | None", Related]  # what comes before, and the last link


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

    def compare(self, *names: str) -> Comparison:
        """Return what sets the terms of these names apart and what joins them.

        A term that several of the names mean counts once. Raises KeyError for an unknown name.

        >>> found = Glossary.load().compare("PPO", "GRPO")
        >>> [f"{link.source.name} {link.relation} {link.target.name}" for link in found.links]
        ['GRPO extends PPO']
        """
        from llmterms.comparison import compare

        terms = {}
        for name in names:
            term = self.get(name)
            if term is None:
                raise KeyError(name)
            terms[term.id] = term
        return compare(list(terms.values()))

    def paths(self, start: str, end: str) -> Iterator[list[Related]]:
        """Yield every shortest chain of relations from one term to another, always in the same order.

        A chain is a list of links, each from the term before to the next one; it is empty where
        both are one term. Terms that are not connected, and unknown names, give no chain.

        >>> [f"{link.parent} {link.relation} {link.id}" for link in next(Glossary.load().paths("DAPO", "PPO"))]
        ['dapo extends grpo', 'grpo extends ppo']
        """
        first, last = self.get(start), self.get(end)
        return self.chains(first, last) if first and last else iter(())

    def chains(self, start: Term, end: Term) -> Iterator[list[Related]]:
        """Yield every shortest chain of relations from `start` to `end`, the most telling first.

        They come one by one, since there can be more of them than anyone could list.
        """
        first, last = self._index.number(start.id), self._index.number(end.id)
        left = self._steps_left(first, last)
        if first not in left:
            return
        onward = self._onward(start.id, first, left)
        least = {last: 0}  # number -> how loose the rest must be at least
        for number, ways in reversed(onward.items()):
            least[number] = min(way.looseness + least[way.target] for way in ways)
        # Gone on with is always what can become the least loose whole, and of that what is nearest to the end.
        count = itertools.count()
        begun: list[tuple[int, int, int, int, _Chain | None]] = [(least[first], left[first], next(count), first, None)]
        while begun:
            whole, _, _, number, chain = heappop(begun)
            if number == last:
                yield _links(chain)
            for way in onward.get(number, []):
                looseness = whole - least[number] + way.looseness + least[way.target]
                heappush(begun, (looseness, left[way.target], next(count), way.target, (chain, way.link)))

    def _onward(self, start: str, first: int, left: dict[int, int]) -> dict[int, list[_Way]]:
        """Return from each term the ways on that a shortest chain can take, those from the start first."""
        onward: dict[int, list[_Way]] = {}
        ids, level = {first: start}, [first]
        while left[level[0]]:
            onward |= {number: [] for number in level}
            for edge, id, name in self._index.edges(level):
                if left.get(edge.target) == left[edge.source] - 1:
                    ids[edge.target] = id
                    link = Related(edge.relation, id, name, left[first] - left[edge.target], ids[edge.source])
                    onward[edge.source].append(_Way(_looseness(edge.relation), edge.target, link))
            level = list(dict.fromkeys(way.target for number in level for way in onward[number]))
        return onward

    def _steps_left(self, first: int, last: int) -> dict[int, int]:
        """Return how many steps it is to `last` from `first` and from all that lies on a shortest way.

        Both ends are walked from, level by level, always the one with fewer terms to go on from,
        until they meet: between two terms of many thousand that reads a small part of them.
        Every relation is kept in both directions, so either end may be walked from.
        """
        taken, left = {first: 0}, {last: 0}
        ahead, behind = {first}, {last}
        while ahead and behind and not ahead & behind:
            if len(ahead) <= len(behind):
                ahead = self._next_level(ahead, taken)
            else:
                behind = self._next_level(behind, left)
        met = ahead & behind
        while met and first not in left:  # and from there back to the first
            one = min(met)
            nearer, further = taken[one] - 1, left[one] + 1
            met = {number for number in self._index.targets(met) if taken.get(number) == nearer}
            left |= dict.fromkeys(met, further)
        return left

    def _next_level(self, level: set[int], steps: dict[int, int]) -> set[int]:
        """Return the terms one step on from `level` that are not in `steps` yet, and put them there."""
        further = steps[min(level)] + 1
        following = self._index.targets(level) - steps.keys()
        steps |= dict.fromkeys(following, further)
        return following

    def select(self, *, kind: str = "", category: str = "", since: str = "", until: str = "") -> list[Term]:
        """Return the terms of a kind, of a category or with an origin between two dates.

        Dates are YYYY, YYYY-MM or YYYY-MM-DD and both count as included.

        >>> [term.name for term in Glossary.load().select(kind="dataset", until="2019")][:1]
        ['C4']
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


def _looseness(relation: str) -> int:
    return _LOOSE.get(relation) or _LOOSE.get(RELATIONS[relation].inverse, 0)


def _links(chain: _Chain | None) -> list[Related]:
    """Return the links of a chain from the first on."""
    links = []
    while chain:
        chain, link = chain
        links.append(link)
    return links[::-1]
