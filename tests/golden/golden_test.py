#!/usr/bin/env python3
"""Holds three things to each other: the golden packets (*.hex), the model that was written from the
manual page (protocol_model.py), and the tables of that page.
"""

import random
import sys
import unittest
from pathlib import Path

import derive_keys
import golden_session
import hex_file
import man_page
import protocol_model as model

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "man" / "wyndrvr-protocol.7"
PACKETS = {path.stem: hex_file.load(path) for path in sorted(HERE.glob("*.hex"))}


class GoldenPackets(unittest.TestCase):
    def test_there_is_a_packet_of_every_type(self):
        self.assertEqual({model.decode(raw)[0] for raw in PACKETS.values()}, set(model.TYPES))

    def test_every_packet_decodes_and_encodes_to_the_same_bytes(self):
        for name, raw in PACKETS.items():
            with self.subTest(name):
                kind, fields = model.decode(raw)
                for part in ("magic", "type", "length", "flags", "extension_bytes"):
                    fields.pop(part, None)
                self.assertEqual(model.encode(kind, **fields), raw)

    def test_every_packet_is_what_its_fields_and_keys_give(self):
        made = golden_session.packets()
        self.assertEqual(made.keys(), PACKETS.keys())
        for name, (title, raw) in made.items():
            with self.subTest(name):
                self.assertEqual(raw.hex(), PACKETS[name].hex())
                text = (HERE / f"{name}.hex").read_text(encoding="ascii")
                self.assertEqual(hex_file.render(title, raw), text)

    def test_sealed_packets_open_once_with_the_key_of_their_port_and_direction(self):
        keys = golden_session.keys()
        for name, (_, port, from_client, _) in golden_session.sealed().items():
            with self.subTest(name):
                opener = model.Opener(golden_session.SESSION, keys.of_port(port, from_client))
                opener.open(PACKETS[name])
                with self.assertRaisesRegex(model.Dropped, "replayed"):
                    opener.open(PACKETS[name])
                other = model.Opener(golden_session.SESSION, keys.of_port(port, not from_client))
                with self.assertRaisesRegex(model.Dropped, "tag"):
                    other.open(PACKETS[name])

    def test_any_changed_bit_of_a_sealed_packet_is_noticed(self):
        keys = golden_session.keys()
        key = keys.of_port("control", True)
        raw = PACKETS["start_fixed_down"]
        for bit in range(8 * len(raw)):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            with self.assertRaises(model.Dropped):
                model.Opener(golden_session.SESSION, key).open(bytes(changed))

    def test_the_keys_are_those_that_another_script_derives(self):
        keys = golden_session.keys()
        other = derive_keys.golden_keys()
        self.assertEqual(keys.of_assign(), other["assign"])
        self.assertEqual(model.hello_key(golden_session.PSK), other["hello"])
        self.assertEqual(model.refuse_key(), other["refuse"])
        for port in ("control", "upload", "download"):
            self.assertEqual(keys.of_port(port, True), other[f"{port} client to server"])
            self.assertEqual(keys.of_port(port, False), other[f"{port} server to client"])
            self.assertEqual(keys.of_bulk(port), other[f"{port} bulk"])


class Boundaries(unittest.TestCase):
    """boundaries.txt: what becomes of a golden packet when one field takes another value."""

    def test_the_model_decides_as_the_list_says(self):
        decided = 0
        for line in (HERE / "boundaries.txt").read_text(encoding="ascii").splitlines():
            content = line.split("#")[0].split()
            if not content:
                continue
            packet, offset, value, verdict = content
            raw = bytearray(PACKETS[packet])
            raw[int(offset):int(offset) + len(value) // 2] = bytes.fromhex(value)
            with self.subTest(line):
                self.assertEqual(self.verdict_of(bytes(raw)), verdict)
            decided += 1
        self.assertGreater(decided, 100)

    @staticmethod
    def verdict_of(raw: bytes) -> str:
        try:
            model.decode(raw)
        except model.Dropped as dropped:
            return str(dropped)
        return "ok"


class TheManualPage(unittest.TestCase):
    def test_its_tables_have_the_fields_offsets_and_sizes_of_the_model(self):
        tables = man_page.messages(PAGE)
        self.assertEqual(tables.keys(), model.TYPES.keys() | {"Header", "Step record"})
        for name in model.TYPES:
            with self.subTest(name):
                expected = [(at, part.size, part.name) for at, part in model.rows(name)]
                if name != "BULK":
                    expected = [(0, 24, "header"), *expected[len(model.HEADER):]]
                self.assertEqual([(row.offset, row.size, row.name) for row in tables[name].rows],
                                 expected)
        header = [(row.offset, row.size, row.name) for row in tables["Header"].rows]
        self.assertEqual(header, [(at, part.size, part.name) for at, part in
                                  model.rows("COOKIE")[:len(model.HEADER)]])
        step = [(row.size, row.name) for row in tables["Step record"].rows]
        self.assertEqual(step, [(part.size, part.name) for part in model.STEP])
        self.assertEqual(tables["Step record"].shortest, model.STEP_BYTES)

    def test_no_table_has_a_hole_or_an_overlap(self):
        for name, table in man_page.messages(PAGE).items():
            with self.subTest(name):
                at = 0
                for row in table.rows:
                    self.assertEqual(row.offset, at, row.name)
                    at += row.size
                if name in model.FILLED:  # what fills them stands in between
                    self.assertLessEqual(at + 16, table.shortest)
                else:
                    self.assertEqual(at + (16 if name in model.OPEN_ENDED else 0), table.shortest)

    def test_its_types_and_lengths_are_those_of_the_model(self):
        tables = man_page.messages(PAGE)
        listed = man_page.type_list(PAGE)
        for name, number in model.TYPES.items():
            with self.subTest(name):
                table = tables[name]
                self.assertEqual(table.types, (number,))
                self.assertEqual(table.shortest, model.length_of(name))
                if name in model.LENGTHS:
                    self.assertEqual(table.longest, model.LENGTHS[name][1])
                lengths = str(table.shortest)
                if table.longest != table.shortest:
                    lengths += f" to {table.longest}"
                self.assertEqual(listed[name], (number, lengths))

    def test_it_tells_every_range(self):
        # What is said in words instead, or by a list of numbers.
        in_words = {"confirmed", "code", "end", "role", "direction", "search", "limited_by",
                    "duration_ms", "datagram_bytes", "pacing", "offload", "outcome"}
        tables = man_page.messages(PAGE)
        told = 0
        for name, fields in model.BODIES.items():
            for row, (_, part) in zip(tables[name].rows[-len(fields):],
                                      model.rows(name)[-len(fields):]):
                whole = part.is_number and part.low == 0 and part.high == 256 ** part.size - 1
                is_time = part.high == model.LATEST_NS and not part.signed
                if not part.is_number or whole or is_time or part.name in in_words:
                    continue
                low = str(part.low).replace("-", r"\-")
                if part.name == "version_max":
                    low = ".Va version_min"
                with self.subTest(f"{name} {part.name}"):
                    self.assertIn(f"{low} to {part.high}", row.text)
                told += 1
        self.assertGreater(told, 15)

    def test_it_tells_the_largest_time_and_the_largest_short_delay(self):
        text = PAGE.read_text(encoding="utf-8")
        self.assertIn(str(model.LATEST_NS), text)
        self.assertIn(str(model.delay_of(0xFFFF)), text)

    def test_its_lists_of_reasons_are_those_of_the_model(self):
        for heading, names in (("Refusals", model.REFUSALS), ("Ends", model.ENDS),
                               ("Limits of a rate", model.LIMITS),
                               ("Verdicts on a capacity", model.VERDICTS)):
            with self.subTest(heading):
                listed = man_page.reasons(PAGE, heading)
                self.assertEqual({number: name for number, (name, _) in listed.items()}, names)

    def test_its_example_of_a_map_is_right(self):
        text = " ".join(PAGE.read_text(encoding="utf-8").split())
        self.assertIn("1000: the bytes 85 02 07 01 00 say that 740 to 1000 have come, 733 to 739 "
                      "have not, and 732 has", text)
        self.assertEqual(model.read_map(1000, True, bytes.fromhex("8502070100")),
                         [(1000, 261, True), (739, 7, False), (732, 1, True)])

    def test_its_worked_examples_are_right(self):
        example = {name: bytes.fromhex(value) for name, value in man_page.examples(PAGE).items()}
        self.assertEqual(model.hello_key(example["psk"]), example["hello key"])
        self.assertEqual(model.refuse_key(), example["refuse key"])
        cipher = model.Aes128(example["bulk key"])
        self.assertEqual(cipher.encrypt(example["bytes 16..31"]), example["C1"])
        mixed = bytes(a ^ b for a, b in zip(example["C1"], example["bytes 0..15"]))
        self.assertEqual(mixed, example["X"])
        self.assertEqual(cipher.encrypt(mixed), example["C2"])
        self.assertEqual(example["C2"][:8], example["tag"])
        header = example["bytes 0..15"] + example["bytes 16..31"]
        self.assertEqual(header + example["tag"], PACKETS["bulk"][:40])


class TheModel(unittest.TestCase):
    def test_aes_gives_the_example_of_its_standard(self):
        cipher = model.Aes128(bytes(range(16)))
        self.assertEqual(cipher.encrypt(bytes.fromhex("00112233445566778899aabbccddeeff")),
                         bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a"))

    def test_short_delays_are_off_by_one_part_in_2048_at_most(self):
        chance = random.Random(1)
        delays = [chance.randrange(2 ** chance.randrange(1, 43)) for _ in range(20_000)]
        for delay in [*range(5_000), *delays, (2_047 << 31) - 1, 2_047 << 31]:
            back = model.delay_of(model.short_delay(delay))
            self.assertLessEqual(abs(back - delay) * 2_048, delay)
            if delay < 2_048:
                self.assertEqual(back, delay)
        self.assertEqual(model.short_delay(2 ** 43), 0xFFFF)
        self.assertEqual(model.short_delay(-1), 0)

    def test_a_map_tells_the_same_in_bits_and_in_lengths(self):
        chance = random.Random(3)
        for _ in range(2_000):
            newest = chance.randrange(320)
            came = [True] + [chance.random() < 0.7 for _ in range(newest)]  # from the newest down
            bits = bytearray(40)
            lengths: list[int] = []
            for i, one in enumerate(came):
                bits[i // 8] |= one << i % 8
                if i > 0 and one == came[i - 1]:
                    lengths[-1] += 1
                else:
                    lengths.append(1)
            stretches = model.read_map(newest, False, bytes(bits))
            self.assertEqual(sum(count for _, count, _ in stretches), newest + 1)
            self.assertEqual(model.read_map(newest, True, model.write_lengths(lengths)), stretches)

    def test_decoding_any_bytes_gives_a_message_or_a_reason(self):
        chance = random.Random(2)
        for turn in range(20_000):
            raw = bytearray(chance.choice(list(PACKETS.values())))
            for _ in range(chance.randrange(1, 4)):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            if turn % 5 == 0:
                del raw[chance.randrange(len(raw)):]
            try:
                model.decode(bytes(raw))
            except model.Dropped:
                pass

    def test_the_replay_window_is_1024_counters_wide(self):
        opener = model.Opener(0, bytes(16))
        for counter, is_new in ((0, False), (1, True), (1, False), (1100, True), (77, True),
                                (76, False), (77, False), (1099, True), (2 ** 64 - 1, True),
                                (1101, False)):
            with self.subTest(counter):
                if is_new:
                    opener._accept(counter)
                else:
                    self.assertRaises(model.Dropped, opener._accept, counter)


if __name__ == "__main__":
    sys.exit(unittest.main())
