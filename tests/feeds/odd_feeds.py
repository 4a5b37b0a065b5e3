"""Feed documents as they come: in every dialect, with odd items, from one version to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

URL = "https://news.example/feeds/all.xml"

HEADS = {
    "rss": '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"{root}><channel{parent}><title>{title}</title><link>https://news.example/</link>'
    "<language>en-GB</language><lastBuildDate>{title}</lastBuildDate>",
    "rss without declaration": "<rss version='0.92'{root}><channel{parent}><title>{title}</title>",
    "rss 0.91 with its DTD": '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
    '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"{root}><channel{parent}><title>{title}</title>',
    "rss with entities of its own": '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY port "harbour">]><rss version="2.0"{root}>'
    "<channel{parent}><title>{title}</title>",
    "rdf": '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"{root}><channel rdf:about="https://news.example/"{parent}><title>{title}</title></channel>',
    "atom": '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"{root}{parent}><title>{title}</title><id>urn:feed</id>',
    "atom 0.3": '<?xml version="1.0"?><feed version="0.3" xmlns="http://purl.org/atom/ns#"{root}{parent}><title>{title}</title>',
    "atom with a prefix": '<a:feed xmlns:a="http://www.w3.org/2005/Atom"{root}{parent}><a:title>{title}</a:title>',
    "latin-1": "<?xml version='1.0' encoding='iso-8859-1'?><rss version='2.0'{root}><channel{parent}><title>{title}</title>",
    "a comment first": "<!-- <item>made by hand</item> --><rss version='2.0'{root}><channel{parent}><title>{title}</title>",
}
ENDS = {"rss": "</channel></rss>", "rdf": "</rdf:RDF>", "atom": "</feed>", "atom with a prefix": "</a:feed>"}
ROOTS = ("", ' xml:base="https://other.example/x/"', ' xml:lang="de"', ' xmlns:media="http://search.yahoo.com/mrss/"', " a='>'")

PARTS = (
    "<description>Plain text</description>",
    "<description>&lt;p&gt;Escaped &amp;amp; more&lt;/p&gt;</description>",
    "<description><![CDATA[<p>An <item> that is none</p> </item> <entry>]]></description>",
    "<summary>Short</summary>",
    "<content:encoded><![CDATA[<p>Long</p><img src='/x.png'>]]></content:encoded>",
    '<content type="html">&lt;div&gt;Long&lt;/div&gt;</content>',
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <b>two</b></p></div></content>',
    '<content type="html"><div>not escaped</div></content>',
    "<!-- </item></entry> -->",
    "<?php echo '</item>' ?>",
    "<link>https://news.example/a/{n}</link>",
    "<link>relative/{n}</link>",
    '<link href="/b/{n}"/>',
    '<link rel="enclosure" href="/b/{n}.mp3"/>',
    '<guid isPermaLink="false">id-{n}</guid>',
    "<guid>the same for all</guid>",
    "<guid></guid>",
    "<id>urn:{n}</id>",
    "<id>relative-id</id>",
    "<pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate>",
    "<pubDate>soon</pubDate>",
    "<updated>2026-03-02T10:00:00Z</updated>",
    "<dc:date>2026-03-02</dc:date>",
    "<dc:language>fr</dc:language>",
    "<language>nl</language>",
    "<author>ann@news.example (Ann Example)</author>",
    "<author><name>Ann</name></author>",
    "<dc:creator>Ann &amp; Bob</dc:creator>",
    "<source url='https://wire.example/'>Wire</source>",
    "<source><title>Wire</title><id>urn:wire</id><updated>2026-03-02T10:00:00Z</updated></source>",
    '<media:group xmlns:media="http://search.yahoo.com/mrss/"><media:title>Picture</media:title></media:group>',
    '<thr:total xmlns:thr="http://purl.org/syndication/thread/1.0">3</thr:total>',
    '<x:item xmlns:x="urn:x"><title>inner</title></x:item>',
    "<item><title>nested</title></item>",
    "<title>second title</title>",
    "<image><url>https://news.example/x.png</url><title>Logo</title></image>",
    '<enclosure url="https://news.example/x.mp3?a=1&amp;b=2" type="audio/mpeg" length="1"/>',
    "<category>ä ö ü – €</category>",
    "<georss:point xmlns:georss='http://www.georss.org/georss'>45.256 -71.92</georss:point>",
    '<p title="a > b">x</p>',
    # What no well-formed document holds:
    "<description>A & B <br> C</description>",
    "<description>caf\u00e9 &eacute; &nbsp;</description>",
    "<description>&port;</description>",
    "<description>&#xD800;</description>",
    "<undeclared:thing>x</undeclared:thing>",
    "<unclosed>",
    "</item><item>",
    "<![CDATA[",
    "\x00\x08",
    "\udcff\udcfe",
)


@dataclass(frozen=True)
class Item:
    """One item: its number, its title and what else stands in it."""

    number: int
    title: str
    parts: tuple[str, ...] = ()
    attributes: str = ""

    def written(self, dialect: str) -> str:
        """Its markup."""
        name = "entry" if dialect.startswith("atom") else "item"
        prefix = "a:" if dialect == "atom with a prefix" else ""
        inner = "".join(part.replace("{n}", str(self.number)) for part in self.parts)
        return f"<{prefix}{name}{self.attributes}><{prefix}title>{self.title}</{prefix}title>{inner}</{prefix}{name}>\n"


@dataclass(frozen=True)
class Version:
    """A document at one moment."""

    dialect: str
    items: tuple[Item, ...]
    title: str = "The Gazette"
    root: str = ""
    parent: str = ""

    def written(self) -> bytes:
        """Its bytes."""
        dialect = self.dialect
        head = HEADS[dialect].format(title=self.title, root=self.root, parent=self.parent)
        end = ENDS.get(dialect, ENDS["atom" if dialect.startswith("atom") else "rss"])
        text = head + "".join(item.written(dialect) for item in self.items) + end
        return text.encode("latin-1" if dialect == "latin-1" else "utf-8", "surrogateescape" if dialect != "latin-1" else "replace")


GOOD = PARTS[: PARTS.index("<description>A & B <br> C</description>")]


def items(parts: tuple[str, ...]) -> st.SearchStrategy[Item]:
    """Items with some of these parts."""
    titles = st.sampled_from(["Bridge opens", "Dockers strike", "Live", "5 &lt; 6", "<![CDATA[A & <b>B</b>]]>", "", "Мост открыт"])
    attributes = st.sampled_from(
        ["", "", "", "", ' rdf:about="urn:x"', ' xml:lang="fr"', ' xml:base="https://third.example/"', " lang='it'"]
    )
    chosen = st.lists(st.sampled_from(parts), max_size=5).map(tuple)
    return st.builds(Item, st.integers(1, 10**6), titles, chosen, attributes)


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    """A feed from version to version: new items on top, old ones rolling out and in again, edits, another head."""
    parts = PARTS if draw(st.booleans()) else GOOD
    one = items(parts)
    version = Version(
        draw(st.sampled_from(sorted(HEADS))), tuple(draw(st.lists(one, min_size=4, max_size=10))), root=draw(st.sampled_from(ROOTS))
    )
    versions = [version]
    rolled_out: tuple[Item, ...] = ()
    for _ in range(draw(st.integers(1, 4))):
        listed = (*draw(st.lists(one, max_size=3)), *version.items)
        step = draw(st.sampled_from(["roll", "roll", "edit", "swap", "return", "head", "root", "repeat"]))
        if step == "roll":
            listed, rolled_out = listed[:-2], listed[-2:]
        elif step == "edit":
            listed = (*listed[:-1], replace(listed[-1], title="Edited"))
        elif step == "swap":
            listed = tuple(reversed(listed))
        elif step == "return":
            listed = (*listed, *rolled_out)
        elif step == "repeat":
            listed = (listed[-1], *listed)
        elif step == "head":
            version = replace(version, title=version.title + " & more" if draw(st.booleans()) else "The Herald")
        elif step == "root":
            version = replace(version, root=draw(st.sampled_from(ROOTS)), parent=draw(st.sampled_from(ROOTS)))
        version = replace(version, items=listed)
        versions.append(version)
    return versions
