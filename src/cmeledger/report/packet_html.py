"""A packet as one HTML file: nothing runs in it and nothing is loaded; it prints well."""

from collections.abc import Iterator
from html import escape
from typing import Final

from cmeledger.report.packet import NOT_ADVICE, Entry, Packet, Part, Summary

_STYLE: Final = """\
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #111; background: #fff;
  max-width: 48rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; } h2 { margin-top: 2.2rem; border-bottom: 2px solid #333; }
h3 { margin-top: 1.6rem; }
svg { display: block; width: 100%; height: auto; }
ul { list-style: none; padding: 0; } li { margin: 0 0 .9rem; }
.dim { color: #505050; font-size: .87rem; } .trouble { font-weight: bold; }
code { font-size: .8rem; }
svg { print-color-adjust: exact; }
@media print { body { font-size: 10pt; margin: 0; max-width: none; }
  h2 { break-before: page; } h2, h3 { break-after: avoid; } li { break-inside: avoid; }
  @page { size: letter; margin: 18mm; } }
"""
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_COLORS: Final = {"Met": "#1e6e3c", "Short": "#aa1e1e"}


def html(packet: Packet) -> str:
    """Write a packet as HTML. Every text of the ledger is escaped."""
    return "\n".join(_lines(packet)) + "\n"


def _lines(packet: Packet) -> Iterator[str]:
    who = escape(packet.physician)
    yield "<!doctype html>"
    yield '<html lang="en-US"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Continuing medical education: {who}</title>"
    yield f"<style>\n{_STYLE}</style></head><body>"
    yield f"<h1>Continuing medical education</h1><p><strong>{who}</strong></p>"
    yield f"<p>As of {escape(packet.as_of)}. Rules: {escape(packet.edition)}.</p>"
    for text in packet.left_out:
        yield f'<p class="trouble">{escape(text)}</p>'
    yield f'<p class="dim">{escape(NOT_ADVICE)}</p>'
    for part in packet.parts:
        yield from _part(part)
    yield '<h2>Index of files</h2><p class="dim">The files themselves are not in this document.</p>'
    yield "<ul>"
    for listed in packet.files:
        yield f"<li><strong>{listed.number}. {escape(listed.file)}</strong><br>"
        yield f'<span class="dim">{escape(listed.size)} · {escape(listed.owners)}</span>'
        if listed.trouble:
            yield f'<br><span class="trouble">Trouble: {escape(listed.trouble)}</span>'
        yield f"<br><code>SHA-256 {listed.digest or 'not known: it could not be read'}</code></li>"
    yield "</ul>" if packet.files else "</ul><p>No record of this cycle names a file.</p>"
    yield "</body></html>"


def _part(part: Part) -> Iterator[str]:
    yield f"<h2>Summary: {escape(part.license)}</h2>"
    yield f"<p>Cycle: {escape(part.cycle)}<br>{escape(part.headline)}</p>"
    yield "<ul>"
    for item in part.summary:
        yield from _requirement(item)
    yield "</ul>"
    if part.sources:
        yield "<h3>Sources</h3><ul>"
        for source in part.sources:
            yield f"<li>{escape(source)}</li>"
        yield "</ul>"
    yield "<h3>Waivers and exemptions</h3><ul>"
    for line in part.relief or ("None.",):
        yield f"<li>{escape(line)}</li>"
    yield "</ul>"
    for section in part.sections:
        yield f"<h3>{escape(section.title)}</h3>"
        yield f'<p class="dim">{escape(section.total)}</p><ul>'
        for entry in section.entries:
            yield from _entry(entry)
        yield "</ul>"


def _requirement(item: Summary) -> Iterator[str]:
    """Show a requirement, with a bar as long as what is counted."""
    yield f"<li><strong>{escape(item.name)}: {item.status}, {escape(item.numbers)}</strong>"
    long = round(700 * float(item.share), 1)
    color = _COLORS.get(item.status, "#505050")
    yield '<svg viewBox="0 0 700 12" role="img" aria-label="progress">'
    yield '<rect y="2" width="700" height="8" fill="#e1e1e1"/>'
    yield f'<rect y="2" width="{long}" height="8" fill="{color}"/></svg>'
    for note in item.notes:
        yield f"{escape(note)}<br>"
    yield f'<span class="dim">Sources: {escape(item.sources)}</span></li>'


def _entry(entry: Entry) -> Iterator[str]:
    provider = f"{escape(entry.provider)}<br>" if entry.provider else ""
    yield f"<li><strong>{escape(entry.title)}</strong><br>{provider}"
    yield f"{escape(entry.date)} · credits: {escape(entry.credits)}"
    for detail in (*entry.details, f"Record {entry.id}"):
        yield f'<br><span class="dim">{escape(detail)}</span>'
    yield "</li>"
