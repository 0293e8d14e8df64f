"""Delete cached keys by prefix.

Run it when the application shows what is no longer true: after a change of data that it has cached, or of what it
caches. The keys are those of the Redis at CACHE_URL, or at REDIS_URL where that is not set. The dry run counts the
keys that would go, shows a few, and deletes nothing. An item of the run is a page of the cache, about 1,000 keys: that
is what --throttle counts.

\b
    flask script run clear_cache --prefix shop:price: --dry-run
    flask script run clear_cache --prefix shop:price:
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import click

from app.errors import Refused
from app.runner import script
from app.runner.script_run import ScriptRun
from app.services.cache import Cache, cache
from app.words import counted, plain

SHOWN = 10


def clear(run: ScriptRun, server: Cache, prefix: str) -> int:
    """Delete the keys that begin with `prefix`, or count them in a dry run; return how many.

    A batch is a page of keys, whichever they are: those of the batches before are gone when the run is resumed, which
    then looks through the cache again from its beginning.
    """
    done, samples = 0, SHOWN * run.dry_run
    keys = Keys(server.pages(prefix))
    for _ in run.batches(keys.rounds(), size=1):
        page = keys.take()
        done += len(page) if run.dry_run else server.delete(page)
        for key in page[:samples]:
            run.log.info("Would delete %s", plain(key.decode(errors="replace")))
        samples -= len(page[:samples])
    return done


class Keys:
    """Pages of keys, as they are found; `rounds` numbers them without taking them."""

    def __init__(self, pages: Iterator[list[bytes]]) -> None:
        """Look ahead by one page."""
        self._pages = pages
        self._next = next(pages, None)

    def rounds(self) -> Iterator[int]:
        """Count as long as there are pages."""
        return itertools.takewhile(lambda _: self._next is not None, itertools.count())

    def take(self) -> list[bytes]:
        """Return the next page."""
        page, self._next = self._next, next(self._pages, None)
        return page or []


@script(owner="yuzaoyah")
@click.option("--prefix", default="", metavar="TEXT", help="Delete the keys that begin with this, taken literally.")
@click.option("--all", "every", is_flag=True, help="Delete every key of that database, whatever it begins with.")
def main(run: ScriptRun, prefix: str, every: bool) -> None:
    """Delete the keys of one prefix, or all of them where that is said."""
    if every and prefix:
        raise Refused("--prefix and --all contradict each other.", "Give one of them.")
    if not every and not prefix:
        raise Refused("No --prefix: sessions and queues may be in there too.", "Name one, or say --all.")
    with cache() as server:
        what = f'beginning with "{plain(prefix)}"' if prefix else "of any name"
        done = clear(run, server, prefix)
        verb = "would be deleted" if run.dry_run else "deleted"
        run.log.info("%s %s %s at %s", counted(done, "key"), what, verb, server.where)


if __name__ == "__main__":
    main()
