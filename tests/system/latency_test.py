"""wyndrvrctl latency over a cable: what people and programs are told, that it goes on until
somebody ends it, and that it costs the same memory however long.
"""

import json
import os
import signal
import subprocess
import time
import unittest.mock

import harness
from harness import CTL, Daemon, Program, SystemTest
from network import SERVER_V4, SERVER_V6, SILENT_V4

PARTIAL = 7


class LatencyTest(SystemTest):
    def start(self, *arguments: str, host: str = SERVER_V4) -> Program:
        return Program(CTL, "latency", host, "--quiet", *arguments, role="client")

    def run_to_end(self, *arguments: str, **where) -> tuple[int, str]:
        program = self.start(*arguments, **where)
        return program.wait(40), program.stdout

    def document(self, *arguments: str, status: int = 0, **where) -> dict:
        ended, text = self.run_to_end("--json", *arguments, **where)
        self.assertEqual(ended, status, text)
        return json.loads(text)


class ACleanCable(LatencyTest):
    def test_loses_nothing_and_every_sum_holds(self):
        with Daemon():
            document = self.document("-c", "300", "-i", "2ms")
        self.assertEqual(document["schema"], "wyndrvr.latency/1")
        self.assertTrue(document["complete"])
        self.assertIsNone(document["error"])
        probes = document["probes"]
        self.assertEqual((probes["sent"], probes["returned"]), (300, 300), probes)
        self.assertEqual(set(probes["lost"].values()), {0})
        rtt = document["rtt_ns"]
        self.assertEqual(rtt["count"] + probes["implausible"], 300)
        self.assertLess(0, rtt["min"])
        self.assertLessEqual(rtt["min"], rtt["p50"])
        self.assertLessEqual(rtt["p50"], rtt["p90"])
        self.assertIsNone(rtt["p99"])  # of 300 probes nobody knows it
        for way in ("up", "down"):
            with self.subTest(way):
                self.assertEqual(document[way]["loss"]["lost"], 0)
                # None of 300 is not nothing: up to about 1 in 80 may get lost.
                self.assertGreater(document[way]["loss"]["lost_high_ratio"], 0.009)
                self.assertEqual(document[way]["duplicates"], 0)
                self.assertEqual(document[way]["remarked"], 0)

    def test_is_one_host_whose_clocks_do_not_differ_by_more_than_the_bound(self):
        with Daemon():
            document = self.document("-c", "200", "-i", "5ms")
        clocks = document["clocks"]
        self.assertIn(clocks["basis"], ("half_rtt", "synchronised"))
        self.assertLessEqual(abs(clocks["offset_ns"]), clocks["bound_ns"])
        self.assertLessEqual(clocks["skew_low_ppb"], 0)
        self.assertGreaterEqual(clocks["skew_high_ppb"], 0)
        for end in ("client", "server"):
            self.assertIn(clocks[end]["status"], ("synchronised", "unsynchronised", "unknown"))

    def test_is_stamped_by_the_kernels_on_all_four_points(self):
        with Daemon():
            stamps = self.document("-c", "100")["hosts"]["kernel_stamps"]
        self.assertEqual(stamps["of"], 100)
        # The first ones may come before the kernel has begun to stamp arrivals.
        for point in ("client_sent", "server_received", "server_sent", "client_received"):
            self.assertGreater(stamps[point], 90, stamps)

    def test_serves_any_length_family_schedule_and_class(self):
        with Daemon():
            for arguments, host in ((("-l", "1472", "--dscp", "EF"), SERVER_V4),
                                    (("--schedule", "poisson", "--seed", "7"), SERVER_V6),
                                    (("--port-parallelism", "process"), SERVER_V4)):
                with self.subTest(arguments):
                    document = self.document("-c", "50", "-i", "4ms", *arguments, host=host)
                    self.assertEqual(document["probes"]["returned"], 50)
                    self.assertEqual(document["up"]["remarked"], 0)


class WhatIsPrinted(LatencyTest):
    def test_for_people_fits_80_columns_and_has_no_bare_number(self):
        with Daemon():
            status, text = self.run_to_end("-c", "200", "-i", "5ms", "--ascii")
        self.assertEqual(status, 0)
        self.assertTrue(text.startswith(f"{SERVER_V4}:6711 - UDP/IPv4 - 160 B every 5.00 ms"), text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80)
        for words in ("RTT", "queueing", "each +-", "none of 200   surely below", "clocks",
                      "stamps"):
            self.assertIn(words, text)

    def test_as_a_stream_is_there_as_soon_as_it_is_known(self):
        with Daemon():
            program = self.start("--json-lines", "-i", "10ms")
            harness.wait_until(lambda: program.stdout.count('"event":"probe"') > 150, 10,
                               "probes are told while more are sent")
            self.assertTrue(program.is_running())
            program.signal(signal.SIGINT)
            status = program.wait(10)
        events = [json.loads(line) for line in program.stdout.splitlines()]
        self.assertEqual(status, 0)  # nobody said when it should end
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("hello", "result"))
        numbers = [event["number"] for event in events if event["event"] == "probe"]
        self.assertEqual(numbers, list(range(len(numbers))))
        self.assertEqual(events[-1]["data"]["probes"]["sent"], len(numbers))
        self.assertGreaterEqual(sum(event["event"] == "interval" for event in events), 2)

    def test_of_a_client_that_is_interrupted_before_its_time_is_partial(self):
        with Daemon():
            program = self.start("--json", "-t", "30")
            time.sleep(1)
            program.signal(signal.SIGINT)
            outcome = harness.outcome_of(program, 10)
        self.assertEqual((outcome.status, outcome.reason), (PARTIAL, "interrupted"))
        self.assertGreater(outcome.report["probes"]["returned"], 10)

    def test_when_nobody_answers_is_a_whole_document_too(self):
        document = self.document("--timeout", "0.5", status=3, host=SILENT_V4)
        self.assertFalse(document["complete"])
        self.assertIsNone(document["rtt_ns"])
        self.assertEqual(document["error"]["code"], 3)


class ACableThatIsCut(LatencyTest):
    def test_for_two_seconds_is_an_outage_in_the_log_and_in_the_result(self):
        with Daemon():
            log = self.start("--log", "-i", "20ms")
            program = self.start("--json", "-i", "20ms")
            time.sleep(1)
            # No echo fits into the bucket, so that each is dropped.
            harness.network.shape("server", "rate", "8kbit", "burst", "100", "limit", "1000")
            time.sleep(2)
            harness.network.unshape("server")
            time.sleep(1.5)
            for one in (log, program):
                one.signal(signal.SIGINT)
            outcome = harness.outcome_of(program, 15)
            self.assertEqual(log.wait(15), 0)
        self.assertEqual(outcome.status, 0, outcome)
        events = outcome.report["events"]
        self.assertEqual(events["outages"], 1, events)
        self.assertGreater(events["longest_outage_ns"], 1_900_000_000)
        self.assertLess(events["longest_outage_ns"], 3_500_000_000 * harness.SLOWNESS)
        self.assertGreater(outcome.report["down"]["loss"]["longest_period"], 50)
        self.assertEqual(outcome.report["up"]["loss"]["lost"], 0)
        self.assertEqual(outcome.report["loss"]["unit"], "period")
        self.assertIn("outage       no answer from probe", log.stdout)
        self.assertIn("outage over", log.stdout)


class ALongMeasurement(LatencyTest):
    # The address sanitizer keeps what was freed, and that grows with the time.
    @unittest.mock.patch.dict(os.environ, {
        "ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=0"})
    def test_takes_no_more_memory_than_a_short_one(self):
        with Daemon():
            program = self.start("--json", "-i", "500us")
            resident = []
            for _ in range(2):
                time.sleep(4)
                resident.append(self._resident_kib(program.pid))
            program.signal(signal.SIGINT)
            outcome = harness.outcome_of(program, 15)
        self.assertEqual(outcome.status, 0, outcome)
        self.assertGreater(outcome.report["probes"]["returned"], 2000)
        self.assertLess(resident[1] - resident[0], 512 * harness.SLOWNESS, resident)

    @staticmethod
    def _resident_kib(pid: int) -> int:
        text = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True,
                              check=True).stdout
        return int(text)


if __name__ == "__main__":
    harness.main()
