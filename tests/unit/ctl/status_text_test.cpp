#include "check.hpp"
#include "ctl/session_lines.hpp"
#include "ctl/status_text.hpp"
#include "status/reply.hpp"
#include "unit/ctl/documents.hpp"
#include "unit/ctl/pages.hpp"
#include "unit/golden_text.hpp"
#include "unit/lines.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

status::Status quiet() {
    return {.version = "0.1.0",
            .pid = 812,
            .uptime_ns = 42'000'000'000,
            .log_level = "info",
            .listen = "[::]:6711",
            .connection_parallelism = "single",
            .port_parallelism = "single",
            .ports_total = 1001,
            .ports_free = 1001,
            .limits = {.max_sessions = 64,
                       .max_sessions_per_address = 32,
                       .max_duration_ns = 60'000'000'000}};
}

status::Status busy() {
    status::Status status = quiet();
    status.uptime_ns = (12 * 86400 + 4 * 3600 + 59) * std::uint64_t{1'000'000'000};
    status.connection_parallelism = "process";
    status.port_parallelism = "thread";
    status.config_files = {"/etc/wyndrvr/wyndrvrd.toml",
                           "/etc/wyndrvr/wyndrvrd.toml.d/10-limits.toml",
                           "/etc/wyndrvr/wyndrvrd.toml.d/20-keys.toml"};
    status.ports_free = 989;
    status.limits = {.max_sessions = 64,
                     .max_sessions_per_address = 32,
                     .max_rate_bps = 500'000'000,
                     .max_total_rate_bps = 10'000'000'000,
                     .max_volume_bytes = 20'000'000'000,
                     .max_duration_ns = 60'000'000'000,
                     .require_key = true};
    status.admitted = 12'345;
    status.refused = {{"anonymous", 400}, {"busy", 12}, {"not_authorised", 3}, {"rate_budget", 9}};
    status.ended = {{"completed", 12'300}, {"peer_silent", 30}, {"worker_failed", 1}};
    status.dropped = {{"cookie_stale", 7}, {"length", 1'932}, {"magic", 77'777}, {"source", 1}};
    status.sessions = {{.id = "1884b6aeb8e7955d",
                        .client = "198.51.100.200:50611",
                        .key = "office",
                        .age_ns = 3'000'000'000,
                        .open = true,
                        .rtt_ns = 11'200'000,
                        .running = "up",
                        .test_payload_bytes = 21'700'000},
                       {.id = "f20d0d03fc50a957",
                        .client = "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535",
                        .key = "monitoring-frankfurt",
                        .age_ns = 3'599'000'000'000,
                        .open = true,
                        .rtt_ns = 36'000,
                        .running = "down",
                        .test_payload_bytes = 999'000'000},
                       {.id = "0000000000000001",
                        .client = "[2001:db8:10::23]:41873",
                        .key = "anonymous",
                        .age_ns = 250'000'000},
                       {.id = "0000000000000002",
                        .client = "[2001:db8:10::24]:41873",
                        .key = "anonymous",
                        .age_ns = 90'000'000'000,
                        .open = true,
                        .rtt_ns = 2'000'000'000}};
    return status;
}

std::string page(const status::Status& status, const Style& style = {.unicode = true}) {
    std::string text = status_as_text(status, style);
    test::check_page(text);
    CHECK(text.ends_with('\n'));
    return text;
}

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

} // namespace

TEST_CASE("the page of a status is as its golden file shows", "[ctl]") {
    golden::check_text("status_quiet.txt", page(quiet()));
    golden::check_text("status_busy.txt", page(busy()));
    golden::check_text("status_busy_ascii.txt", page(busy(), {}));
    golden::check_text("status_colour.txt", page(busy(), {.colour = true, .unicode = true}));
}

TEST_CASE("the documents of a status and of its sessions are as their schemas say", "[ctl]") {
    for (status::Status status : {quiet(), busy()}) {
        for (const bool draining : {false, true}) {
            status.draining = draining;
            test::keep_document("status", status::to_json(status));
        }
        test::keep_document("sessions", status::to_json(status.sessions));
    }
}

TEST_CASE("a daemon that drains says so first", "[ctl]") {
    status::Status status = busy();
    status.draining = true;
    CHECK(test::lines_of(page(status)).front().find("   draining, 4 sessions   ") !=
          std::string::npos);
}

TEST_CASE("the sessions by themselves are those of the status", "[ctl]") {
    const std::string whole = page(busy());
    std::string text;
    for (const std::string& line : session_lines(busy().sessions, {.unicode = true}))
        text += line + '\n';
    CHECK(whole.ends_with(text));
}

TEST_CASE("a time of running is told in its two largest units", "[ctl]") {
    const auto up = [](std::uint64_t seconds) {
        status::Status status = quiet();
        status.uptime_ns = seconds * 1'000'000'000;
        const std::string line = test::lines_of(page(status)).front();
        const std::size_t begin = line.find("up ") + 3;
        return line.substr(begin, line.find("   pid") - begin);
    };
    CHECK(up(0) == "0 s");
    CHECK(up(59) == "59 s");
    CHECK(up(60) == "1 min 0 s");
    CHECK(up(3599) == "59 min 59 s");
    CHECK(up(3600) == "1 h 0 min");
    CHECK(up(86399) == "23 h 59 min");
    CHECK(up(86400) == "1 d 0 h");
}

TEST_CASE("a limit that is not set is not shown", "[ctl]") {
    CHECK(
        has(page(quiet()), "  limits   64 sessions, 32 per address, 60.0 s per test, any rate\n"));
    status::Status status = quiet();
    status.limits.max_rate_bps = 100'000'000;
    CHECK(has(page(status), "60.0 s per test, 100 Mbit/s per session\n"));
}

TEST_CASE("counts are summed, and split by their reasons", "[ctl]") {
    CHECK(has(page(quiet()), "  refused  0\n"));
    CHECK(has(page(busy()), "  refused  424: 400 anonymous, 12 busy, 3 not_authorised, "
                            "9 rate_budget\n"));
}

TEST_CASE("a round trip that was not measured yet is not zero", "[ctl]") {
    status::Status status = quiet();
    status.sessions = {{.id = "0000000000000001", .client = "192.0.2.1:50000", .key = "anonymous"}};
    CHECK(has(page(status), "   -  opening\n"));
    status.sessions.front().open = true;
    CHECK(has(page(status), "   -  idle\n"));
}

TEST_CASE("what the daemon says cannot steer the terminal", "[ctl]") {
    status::Status status = busy();
    const std::string evil = "\x1b]0;x\x07\n";
    status.version = status.listen = status.connection_parallelism = evil;
    status.config_files = {evil};
    status.refused = {{evil, 1}};
    status.sessions.front().id = status.sessions.front().client = evil;
    status.sessions.front().key = evil;
    for (const char c : page(status, {}))
        CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
}
