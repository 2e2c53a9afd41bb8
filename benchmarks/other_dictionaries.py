"""Terminal dictionaries to compare with: sdcv and dict, over a dictionary made from our names."""

from __future__ import annotations

import json
import re
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Names = dict[str, str]  # name -> id of the term
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Sdcv:
    """`sdcv -n WORD`, which falls back to fuzzy matches when there is no exact one."""

    def __init__(self, names: Names, folder: Path) -> None:
        self._folder = folder / "stardict"
        self._folder.mkdir()
        words = sorted(names, key=lambda name: (name.encode().lower(), name.encode()))
        index, texts = b"", b""
        for word in words:
            text = names[word].encode()
            index += word.encode() + b"\0" + struct.pack(">II", len(texts), len(text))
            texts += text
        (self._folder / "llmterms.idx").write_bytes(index)
        (self._folder / "llmterms.dict").write_bytes(texts)
        (self._folder / "llmterms.ifo").write_text(
            "StarDict's dict ifo file\nversion=2.4.2\nbookname=llmterms\nsametypesequence=m\n"
            f"wordcount={len(words)}\nidxfilesize={len(index)}\n",
            "utf-8",
        )

    def __call__(self, query: str) -> list[str]:
        """Return the ids found for the query, in sdcv's order."""
        done = subprocess.run(
            ["sdcv", "-n", "-j", "-0", "-1", "--data-dir", str(self._folder), "--", query],
            capture_output=True,
            timeout=10,
            check=False,
        )
        try:
            found = json.loads(done.stdout.decode(errors="replace") or "[]")
        except ValueError:
            return []
        return list(dict.fromkeys(entry["definition"].strip() for entry in found))


class Dict:
    """`dict -s exact`, then `-s lev` as its users try next, against a dictd on this machine."""

    def __init__(self, names: Names, port: int) -> None:
        self._folded = {name.lower(): id for name, id in names.items()}
        self._port = port

    def __call__(self, query: str) -> list[str]:
        """Return the ids of the headwords found, in dict's order."""
        return self._match(query, "exact") or self._match(query, "lev")

    def _match(self, query: str, strategy: str) -> list[str]:
        done = subprocess.run(
            ["dict", "-h", "127.0.0.1", "-p", str(self._port), "-m", "-s", strategy, "--", query],
            capture_output=True,
            timeout=10,
            check=False,
        )
        words = re.findall(r'"([^"]+)"|(\S+)', done.stdout.decode(errors="replace").partition(":")[2])
        ids = (self._folded.get((quoted or bare).lower(), "") for quoted, bare in words)
        return [id for id in dict.fromkeys(ids) if id]


@contextmanager
def dictd(names: Names, folder: Path) -> Iterator[Dict]:
    """Run a dictd over the names, on the loopback interface, for as long as it is needed."""
    index, texts = [], b""
    for word in sorted({name.lower().replace("\t", " ") for name in names}):
        text = word.encode()
        index.append(f"{word}\t{_base64(len(texts))}\t{_base64(len(text))}\n")
        texts += text
    index.append(f"00databaseutf8\t{_base64(len(texts))}\t{_base64(0)}\n")
    (folder / "names.index").write_text("".join(sorted(index)), "utf-8")
    (folder / "names.dict").write_bytes(texts)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.chmod(0o755)  # started by root, dictd goes on as another user
    configuration = folder / "dictd.conf"
    configuration.write_text(
        "global { listen_to 127.0.0.1 }\n"
        f'database names {{ data "{folder}/names.dict" index "{folder}/names.index" }}\n'
    )
    command = ["dictd", "-d", "nodetach", "-c", str(configuration), "--port", str(port), "--locale", "C.UTF-8"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield Dict(names, port)
    finally:
        server.terminate()
        server.wait()


def installed(program: str) -> bool:
    """Tell whether a program can be run."""
    return shutil.which(program) is not None


def _base64(number: int) -> str:
    digits = ""
    while True:
        digits = _DIGITS[number % 64] + digits
        number //= 64
        if not number:
            return digits
