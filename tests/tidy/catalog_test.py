#!/usr/bin/env python3
"""Holds the message catalog, the list of identities, the table of fields and what the daemon
announces to each other: an event that nobody explains, or an explanation of none, is a mistake.
"""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("daemon/announce.cpp", "common/journal/own_events.cpp")
# What the functions add that several announcements use.
HELPERS = {"of_session": {"SESSION", "CLIENT", "PORT", "KEY"}, "with_rtt": {"RTT_US"},
           "with_capacity": {"CAPACITY_BPS", "VERDICT"}}


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def ids() -> dict[str, str]:
    """Each kind of event and its identity."""
    found = re.findall(r'string_view (\w+) = "([0-9a-f]{32})";',
                       text_of("common/journal/catalog_ids.hpp"))
    return dict(found)


def catalog() -> dict[str, str]:
    """The entry of each identity."""
    parts = re.split(r"^-- (\S+)\n", text_of("systemd/wyndrvrd.catalog"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def known_fields() -> set[str]:
    return set(re.findall(r'^    \{"([A-Z_]+)", "', text_of("common/journal/fields.hpp"),
                          re.MULTILINE))


def announced() -> dict[str, set[str]]:
    """The fields of each kind of event, out of the functions that make them."""
    events: dict[str, set[str]] = {}
    for source in SOURCES:
        for body in re.split(r"^Event announce_", text_of(source), flags=re.MULTILINE)[1:]:
            kind, = set(re.findall(r"\bid::(\w+)", body))
            written = set(re.findall(r'\.with\("([A-Z_]+)"', body))
            for pair in re.findall(r'\.with\(up \? "([A-Z_]+)" : "([A-Z_]+)"', body):
                written |= set(pair)
            for helper, fields in HELPERS.items():
                if helper + "(" in body:
                    written |= fields
            events[kind] = events.get(kind, set()) | written
    return events


class TheIdentities(unittest.TestCase):
    def test_each_is_another_and_has_a_name_in_the_table(self):
        self.assertGreater(len(ids()), 15)
        self.assertEqual(len(set(ids().values())), len(ids()))
        table = re.findall(r'\{id::(\w+), "(\w+)"\}', text_of("common/journal/catalog_ids.hpp"))
        self.assertEqual([kind for kind, _ in table], list(ids()))
        self.assertTrue(all(kind == name for kind, name in table), table)

    def test_each_is_announced_somewhere(self):
        self.assertEqual(set(announced()), set(ids()))


class TheFields(unittest.TestCase):
    def test_those_that_are_announced_are_those_of_the_table(self):
        written = set().union(*announced().values())
        self.assertGreater(len(written), 25)
        self.assertEqual(written, known_fields())

    def test_the_table_of_json_has_a_type_for_each(self):
        schema = text_of("ctl/schema/wyndrvr.log-1.json")
        for name in re.findall(r'^    \{"[A-Z_]+", "(\w+)"', text_of("common/journal/fields.hpp"),
                               re.MULTILINE):
            self.assertIn(f'"{name}":', schema)


class TheCatalog(unittest.TestCase):
    def test_explains_every_event_and_no_other(self):
        self.assertEqual(set(catalog()), set(ids().values()))

    def test_names_only_fields_that_the_event_has(self):
        fields_of = announced()
        for kind, identity in ids().items():
            named = set(re.findall(r"@([A-Z_]+)@", catalog()[identity]))
            with self.subTest(kind):
                self.assertEqual(named - {f"WYNDRVR_{name}" for name in fields_of[kind]}, set())

    def test_each_entry_has_a_subject_an_explanation_and_advice(self):
        for identity, entry in catalog().items():
            with self.subTest(identity):
                head, *paragraphs = entry.strip("\n").split("\n\n")
                self.assertRegex(head, r"\ASubject: \S.*\nDefined-By: wyndrvr\nDocumentation: man:")
                self.assertGreaterEqual(len(paragraphs), 2)
                for line in entry.splitlines():
                    self.assertLessEqual(len(re.sub(r"@[A-Z_]+@", "", line)), 80)


if __name__ == "__main__":
    unittest.main()
