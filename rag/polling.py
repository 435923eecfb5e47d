"""Addresses that are asked again and again for what is new: feeds, the pages that they link to, single pages.

Politely: no more often than a feed or its server wants, ever more rarely while it fails, and with a pause between two
pages of the same host.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from corpus import readers
from corpus.article import SourceArticle
from corpus.fetching import DEFAULT_LIMITS, Fetched, Limits, fetch
from corpus.readers import Skipped, Source
from rag.assistant import AddReport, Assistant
from rag.errors import FetchError

_SHORTEST_POLL = 60.0  # seconds, whatever is asked for
_LONGEST_POLL = 86_400.0  # seconds, however often a feed failed or however rarely it says that it changes
_PAGES = 20  # pages that a feed links to, fetched at most in one poll
_PACE = 1.0  # seconds between two pages of the same host
_FEEDS = frozenset({".rss", ".atom", ".xml"})
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")  # minutes; RSS only, near the top


def next_poll(interval: float, *, ttl: float = 0.0, failures: int = 0, wait: float | None = None) -> float:
    """Seconds until an address is polled again.

    Args:
        interval: seconds between polls when all is well.
        ttl: seconds for which the feed says it stays as it is.
        failures: how many polls in a row have failed; each doubles the time.
        wait: seconds that the server asked for.
    """
    seconds = max(interval, min(ttl, _LONGEST_POLL)) * 2.0 ** min(failures, 20)
    return max(min(seconds, max(_LONGEST_POLL, interval)), wait or 0.0)


@dataclass(slots=True)
class _Feed:
    url: str
    interval: float
    due: float = 0.0  # by the monotonic clock
    failures: int = 0
    ttl: float = 0.0
    tried: set[str] = field(default_factory=set)  # links; each is tried once, so that a refusal is not asked for again

    def rest(self, wait: float | None = None) -> None:
        self.due = time.monotonic() + next_poll(self.interval, ttl=self.ttl, failures=self.failures, wait=wait)


@dataclass(slots=True)
class Poller:
    """Keeps a collection as its addresses are. The options are those of `rag.watching.Options`."""

    assistant: Assistant
    collection: str
    stop: threading.Event
    poll_seconds: float = 15 * 60.0
    full_text: bool = False
    limits: Limits = DEFAULT_LIMITS
    mapping: Mapping[str, str] = field(default_factory=dict)
    feeds: list[_Feed] = field(default_factory=list)
    fetched: dict[str, float] = field(default_factory=dict)  # host → when a page of it was last fetched

    def take_up(self, url: str) -> None:
        self.feeds.append(_Feed(url, max(self.poll_seconds, _SHORTEST_POLL)))

    def go_round(self) -> Iterator[AddReport]:
        """Poll what is due."""
        for feed in self.feeds:
            if feed.due <= time.monotonic() and not self.stop.is_set():
                yield self.poll(feed)

    def poll(self, feed: _Feed) -> AddReport:
        """Ask an address for what is new, and set when to ask it next."""
        catalog = self.assistant.catalog
        # A collection that has lost what the feed gave it needs all of it again.
        held = catalog.in_file(self.collection, feed.url)
        etag, modified = catalog.feed_state(self.collection, feed.url) if held else (None, None)
        try:
            fetched = fetch(feed.url, self.limits, etag=etag, modified=modified)
        except FetchError as error:
            feed.failures += 1
            feed.rest(error.wait)
            return AddReport(skipped=[Skipped(feed.url, str(error))])
        report = AddReport()
        if fetched is not None:
            report, whole = self._take(fetched, feed)
            if whole:
                catalog.remember_feed(self.collection, feed.url, fetched.etag, fetched.modified)
            stated = _TTL.search(fetched.data[:20_000])
            feed.ttl = 60.0 * int(stated[1]) if stated else 0.0
        feed.failures = 0
        feed.rest()
        return report

    def _take(self, fetched: Fetched, feed: _Feed) -> tuple[AddReport, bool]:
        """Add what was fetched; whether that was all of it, the linked pages too."""
        source = fetched.source(self.mapping)
        if not self.full_text or source.ending not in _FEEDS:
            return self.assistant.add_sources([source], collection=self.collection), True
        entries = list(readers.read(source))
        links = dict.fromkeys(filter(None, map(_page, entries)))
        fresh = [link for link in links if link not in feed.tried and not self._holds(link)]
        pages, failed = self._pages(fresh[:_PAGES], feed)
        of_pages = self.assistant.add_sources(pages, collection=self.collection) if pages else AddReport()
        awaited = {link for link in fresh if link not in feed.tried}
        # A summary must not take the place of the page that it sums up, nor come just before it.
        rest = [entry for entry in entries if not (self._holds(page := _page(entry)) or page in awaited)]
        of_entries = self.assistant.add_articles(rest, collection=self.collection) if rest else AddReport()
        return _sum(of_pages, AddReport(skipped=failed), of_entries), not awaited

    def _holds(self, link: str | None) -> bool:
        return link is not None and bool(self.assistant.catalog.in_file(self.collection, link))

    def _pages(self, links: Iterable[str], feed: _Feed) -> tuple[list[Source], list[Skipped]]:
        pages: list[Source] = []
        failed: list[Skipped] = []
        for link in links:
            if self._paced(link):
                break
            feed.tried.add(link)
            try:
                page = fetch(link, self.limits)
            except FetchError as error:
                failed.append(Skipped(link, str(error)))
            else:
                pages += [page.source()] if page else []
        return pages, failed

    def _paced(self, link: str) -> bool:
        """Wait until the link's host may be asked again; whether that was interrupted."""
        host = urlsplit(link).netloc
        stopped = self.stop.wait(max(0.0, self.fetched.get(host, 0.0) + _PACE - time.monotonic()))
        self.fetched[host] = time.monotonic()
        return stopped


def _page(item: SourceArticle | Skipped) -> str | None:
    """The address of the page that an entry sums up; None for an entry that is whole."""
    return item.url if isinstance(item, SourceArticle) and item.extent == "summary" else None


def _sum(*reports: AddReport) -> AddReport:
    return AddReport(
        added=sum(report.added for report in reports),
        changed=sum(report.changed for report in reports),
        unchanged=sum(report.unchanged for report in reports),
        skipped=[skipped for report in reports for skipped in report.skipped],
    )
