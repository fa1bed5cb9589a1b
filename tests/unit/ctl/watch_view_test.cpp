#include "check.hpp"
#include "ctl/watch_view.hpp"
#include "unit/ctl/pages.hpp"
#include "unit/golden_text.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

status::Session session(std::string id, std::string client) {
    return {.id = std::move(id), .client = std::move(client), .key = "anonymous", .open = true};
}

// One session at rest, one with a load up.
status::Status before() {
    status::Status status{.version = "0.1.0",
                          .pid = 812,
                          .uptime_ns = 100'000'000'000,
                          .log_level = "info",
                          .listen = "[::]:6711",
                          .ports_total = 1001,
                          .ports_free = 992,
                          .admitted = 318,
                          .refused = {{"anonymous", 4}, {"busy", 2}},
                          .ended = {{"completed", 315}}};
    status.sessions = {session("0000000000000017", "[2001:db8:10::23]:41873"),
                       session("8f3c000000000018", "198.51.100.7:41873")};
    status.sessions[1].key = "frankfurt";
    status.sessions[1].rtt_ns = 11'200'000;
    status.sessions[1].tests = 2;
    status.sessions[1].running = "up";
    status.sessions[1].test_payload_bytes = 10'000'000;
    status.sessions[1].bytes_in = 30'000'000;
    status.sessions[1].bytes_out = 1'000'000;
    return status;
}

// Two seconds later, with one session more.
status::Status after() {
    status::Status status = before();
    status.uptime_ns += 2'000'000'000;
    status.sessions[1].test_payload_bytes += 12'000'000;
    status.sessions[1].bytes_in += 12'500'000;
    status.sessions[1].bytes_out += 250'000;
    status.sessions.push_back(
        session("f20d0d03fc50a957", "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535"));
    status.sessions[2].tests = 1;
    status.sessions[2].running = "down";
    status.sessions[2].test_payload_bytes = 1'000'000;
    status.sessions[2].bytes_out = 1'100'000;
    return status;
}

std::string page(const std::vector<status::Status>& statuses,
                 const Style& style = {.unicode = true}) {
    WatchView view{style};
    for (const status::Status& status : statuses)
        view.update(status);
    const std::string text = view.page();
    test::check_page(text);
    return text;
}

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

} // namespace

TEST_CASE("the pages of a watch are as their golden files show", "[ctl]") {
    golden::check_text("watch_first.txt", page({before()}));
    golden::check_text("watch_next.txt", page({before(), after()}));
    golden::check_text("watch_next_ascii.txt", page({before(), after()}, {}));
    golden::check_text("watch_next_colour.txt",
                       page({before(), after()}, {.colour = true, .unicode = true}));
}

TEST_CASE("rates are those between two statuses, by the daemon's own clock", "[ctl]") {
    const std::string text = page({before(), after()});
    CHECK(has(text, "traffic  in 50.0 Mbit/s, out 5.40 Mbit/s\n"));
    CHECK(has(text, "48.0 Mbit/s"));
    CHECK(has(text, "4.00 Mbit/s")); // of a session that is new since
}

TEST_CASE("a rate that is not known yet is not zero", "[ctl]") {
    const std::string text = page({before()});
    CHECK(has(text, "traffic  not known yet\n"));
    CHECK_FALSE(has(text, "bit/s"));
}

TEST_CASE("another test is not counted from where the one before it has ended", "[ctl]") {
    status::Status next = after();
    next.sessions[1].tests = 3;
    next.sessions[1].test_payload_bytes = 250'000;
    CHECK(has(page({before(), next}), "1.00 Mbit/s"));
}

TEST_CASE("nothing is told of rates across a restart of the daemon", "[ctl]") {
    status::Status other = after();
    other.pid = 813;
    CHECK(has(page({before(), other}), "not known yet"));
    other = after();
    other.uptime_ns = before().uptime_ns; // the same moment again
    CHECK(has(page({before(), other}), "not known yet"));
}

TEST_CASE("a daemon that drains says so", "[ctl]") {
    status::Status status = before();
    status.draining = true;
    CHECK(has(page({status}), "   draining, 2 sessions   "));
    status.sessions.clear();
    CHECK(has(page({status}), "   draining, idle   "));
}

TEST_CASE("on a terminal no line is too long and no page too high", "[ctl]") {
    for (const bool colour : {false, true}) {
        WatchView view{{.colour = colour, .unicode = true}};
        view.update(before());
        view.update(after());
        for (std::size_t width = 1; width < 100; ++width)
            for (std::size_t height = 1; height < 15; ++height) {
                const auto lines = view.lines(width, height);
                CHECK(lines.size() <= height);
                for (const std::string& line : lines)
                    CHECK(columns(line) <= width);
            }
        CHECK(view.lines(80, 8).back() == "  ...");
        CHECK(view.lines(80, 100).back() != "  ...");
    }
}

TEST_CASE("what a daemon says cannot steer the terminal of who watches it", "[ctl]") {
    status::Status status = before();
    const std::string evil = "\x1b]0;x\x07\n";
    status.version = evil;
    status.sessions[1].id = status.sessions[1].client = status.sessions[1].key = evil;
    for (const char c : page({status}, {}))
        CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
}
