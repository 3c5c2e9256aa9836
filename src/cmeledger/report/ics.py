"""The dates ahead as a calendar (RFC 5545). The only importer of icalendar.

Nothing is remembered between two calendars but the calendar itself: the one that is there tells
what has changed since. A changed date gets a higher SEQUENCE and a new DTSTAMP, one that went away
is canceled; what is the same stays the same to the byte. So the same ledger, day and file there
give the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from icalendar import Alarm, Calendar, Event

from cmeledger.report.ahead import Ahead

PRODUCT: Final = "-//cmeledger//dates ahead//EN"
DOMAIN: Final = "cmeledger"
ALARMS: Final = (timedelta(days=-7, hours=9), timedelta(hours=9))
"""A week before and on the day, at nine in the morning, from the midnight that begins the day."""
CANCELED: Final = "CANCEL" + "LED"
"""The standard's own word, with two Ls."""


class NotOurs(ValueError):
    """The file that is there is no calendar of this program."""


def calendar(dates: Sequence[Ahead], day: date, there: bytes | None = None) -> bytes:
    """Write the calendar of some dates, as an update of the one that is there.

    `day` dates what is new or changed. Raises NotOurs.
    """
    before = {} if there is None else _events(there)
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("x-wr-calname", "CME deadlines")
    now = {str(event["UID"]): event for event in map(_event, dates)}
    gone = {
        name: _canceled(event)
        for name, event in before.items()
        if name not in now and event["DTSTART"].dt >= day
    }
    for name, event in sorted((now | gone).items(), key=lambda pair: (_day(pair[1]), pair[0])):
        made.add_component(_dated(event, before.get(name), day))
    return bytes(made.to_ical())


def _events(data: bytes) -> Mapping[str, Any]:
    """Read a calendar of this program: its events by their UID."""
    try:
        found = Calendar.from_ical(data)
        events: dict[str, Any] = {str(event["UID"]): event for event in found.walk("VEVENT")}
        for event in events.values():
            _day(event), int(event["SEQUENCE"]), event["DTSTAMP"].dt.date()
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise NotOurs from error
    if found.get("PRODID") != PRODUCT:
        raise NotOurs
    return events


def _day(event: Any) -> str:
    return str(event["DTSTART"].dt.isoformat())


def _event(item: Ahead) -> Event:
    event = Event()
    event.add("uid", f"{item.id}@{DOMAIN}")
    event.add("dtstart", item.day)
    event.add("summary", f"CME: {item.text}")
    event.add("description", item.more)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    for trigger in () if item.kind == "keep-until" else ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"CME: {item.text}")
        alarm.add("trigger", trigger)
        event.add_component(alarm)
    return event


def _canceled(event: Any) -> Event:
    made = Event()
    for name in ("UID", "DTSTART", "SUMMARY", "DESCRIPTION", "TRANSP"):
        if name in event:
            made[name] = event[name]
    made.add("status", CANCELED)
    return made


def _dated(event: Event, before: Any, day: date) -> Event:
    """Give an event its SEQUENCE and DTSTAMP: those it had, where it is the same."""
    sequence, stamp = 0, datetime.combine(day, time(), UTC)
    if before is not None:
        sequence, old = int(before["SEQUENCE"]), before["DTSTAMP"].dt
        if _said(event) == _said(before):
            stamp = old
        else:
            sequence, stamp = sequence + 1, max(stamp, old)
    event.add("sequence", sequence)
    event.add("dtstamp", stamp)
    return event


def _said(event: Any) -> list[bytes]:
    """Say what an event says, but for its SEQUENCE and DTSTAMP."""
    lines = event.to_ical().splitlines()
    return [line for line in lines if not line.startswith((b"SEQUENCE:", b"DTSTAMP:"))]
