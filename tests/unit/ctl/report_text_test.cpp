#include "check.hpp"
#include "ctl/report_text.hpp"
#include "unit/ctl/pages.hpp"
#include "unit/ctl/situations.hpp"
#include "unit/golden_text.hpp"
#include "unit/lines.hpp"
#include "verdict/glossary.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style plain{};
constexpr Style unicode{.unicode = true};
constexpr Style coloured{.colour = true, .unicode = true};

// A page of any kind keeps to the width and ends its lines.
std::string checked(std::string text) {
    test::check_page(text);
    CHECK((text.empty() || text.ends_with('\n')));
    return text;
}

std::string page(const Report& report, const Style& style = unicode) {
    return checked(report_as_text(report, style));
}
std::string page(const test::Situation& situation, const Style& style = unicode) {
    return checked(report_as_text(situation.report, situation.evidence, style));
}

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

// A result of which only the upload was asked for and measured.
Report upload_of(const session::DirectionResult& up) {
    Report report = test::ordinary();
    report.options.directions = {wire::Direction::up};
    report.result->down.reset();
    report.result->up = up;
    return report;
}
session::DirectionResult upload() {
    return test::load(wire::Direction::up, BitRate{10'000'000}, 5s);
}

} // namespace

TEST_CASE("the page of a probe is as its golden file shows", "[ctl]") {
    golden::check_text("report_ordinary.txt", page(test::ordinary()));
    golden::check_text("report_ascii.txt", page(test::ordinary(), plain));
    golden::check_text("report_colour.txt", page(test::with_losses(), coloured));
    golden::check_text("report_losses.txt", page(test::with_losses()));
    golden::check_text("report_interrupted.txt", page(test::interrupted()));
    golden::check_text("report_only_idle.txt", page(test::only_idle()));
    golden::check_text("report_searched.txt", page(test::searched()));
    golden::check_text("report_staircase.txt", page(test::with_staircase()));
    golden::check_text("report_wide.txt", page(test::wide()));
    golden::check_text("report_wide_ascii.txt", page(test::wide(), plain));
}

TEST_CASE("each situation has its page", "[ctl]") {
    for (const test::Situation& situation : test::situations())
        golden::check_text("report_" + situation.name + ".txt", page(situation));
    golden::check_text("report_home_line_ascii.txt", page(test::home_line(), plain));
    golden::check_text("report_home_line_colour.txt", page(test::home_line(), coloured));
}

TEST_CASE("without a measurement there is no page", "[ctl]") {
    CHECK(page(test::failed()).empty());
    Report report = test::only_idle();
    report.result->idle.reset();
    CHECK(page(report).empty());
}

TEST_CASE("colour changes nothing but the colour", "[ctl]") {
    const std::string with = page(test::wide(), coloured);
    std::string without;
    bool in_code = false;
    for (const char c : with) {
        if (c == '\x1b') in_code = true;
        if (!in_code) without += c;
        if (c == 'm') in_code = false;
    }
    CHECK(without == page(test::wide(), unicode));
}

TEST_CASE("in ASCII nothing else is printed", "[ctl]") {
    for (const char c : page(test::with_losses(), plain))
        CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
}

TEST_CASE("a name cannot steer the terminal", "[ctl]") {
    Report report = test::ordinary();
    report.options.host = "fra1\x1b]0;title\x07";
    CHECK(has(page(report, plain), "fra1\\x1b]0;title\\x07 ["));
}

TEST_CASE("an address that was typed is not shown twice", "[ctl]") {
    Report report = test::ordinary();
    report.options.host = "2001:db8:41::7";
    CHECK(page(report).starts_with("[2001:db8:41::7]:6711 · UDP/IPv6 · "));
}

TEST_CASE("a rate that cannot be known is not shown as a number", "[ctl]") {
    session::DirectionResult up = upload();
    SECTION("when the record of the receiver is missing") {
        up.received_known = false;
        CHECK(has(page(upload_of(up)), "  not known "));
        CHECK(has(page(upload_of(up)), "  not known\n"));
    }
    SECTION("when one datagram arrived") {
        up.received = {.packets = 1, .payload_bytes = 1000};
        CHECK(has(page(upload_of(up)), "  not known "));
    }
    SECTION("and when nothing arrived that is said") {
        up.received = {};
        CHECK(has(page(upload_of(up)), "  nothing "));
    }
}

TEST_CASE("a share of loss carries its interval", "[ctl]") {
    const auto loss = [](std::uint64_t sent, std::uint64_t lost) {
        session::DirectionResult up = upload();
        up.sent.packets_accepted = sent;
        up.received.packets = sent - lost;
        const std::string row = test::lines_of(page(upload_of(up))).at(3);
        return row.substr(row.find_first_not_of(' ', row.find(" ms") + 3));
    };
    CHECK(loss(1000, 0) == "0 (<0.3 %)");
    CHECK(loss(20'791, 65) == "0.31 % (0.25–0.40)");
    CHECK(loss(1000, 1000) == "100 % (99.6–100)");
}

TEST_CASE("a load that was never sent has lost nothing", "[ctl]") {
    session::DirectionResult up = upload();
    up.sent = {};
    up.received = {};
    CHECK(has(page(upload_of(up)), "none sent\n"));
}

TEST_CASE("the ledger adds up and appears only when something is lost", "[ctl]") {
    CHECK_FALSE(has(page(test::ordinary()), "ledger"));
    CHECK(has(page(test::with_losses()), "  ↑ ledger    sent 40330 = received 40200 + path 65 "
                                         "+ sending host 20\n"
                                         "              + receiving socket 45; path 0.16 % "
                                         "(0.13–0.21)\n"));
    session::DirectionResult up = upload();
    SECTION("records that contradict each other make no ledger") {
        up.received.packets = up.sent.packets_accepted + 1;
        CHECK_FALSE(has(page(upload_of(up)), "ledger"));
        CHECK(has(page(upload_of(up)), " not known\n"));
    }
    SECTION("neither do records of different moments") {
        up.records_match = false;
        CHECK_FALSE(has(page(upload_of(up)), "ledger"));
    }
}

TEST_CASE("the rate is told at three layers, and what it is the rate of", "[ctl]") {
    session::DirectionResult up = upload();
    CHECK(has(page(upload_of(up)),
              "  ↑ best 1 s  payload 9.68 Mbit/s   IP 10.0 Mbit/s   Ethernet 10.2 Mbit/s\n"));
    for (const auto search : {wire::Search::fixed, wire::Search::unpaced}) {
        up.search = search;
        CHECK(has(page(upload_of(up)), "  ↑ mean      payload "));
    }
    up.search = wire::Search::type_b;
    up.received.best_packets = 0; // shorter than a second
    CHECK(has(page(upload_of(up)), "  ↑ mean      payload "));
}

TEST_CASE("a capacity is told with its width, or as what it is at least", "[ctl]") {
    Report report = test::searched();
    wire::CapacityRecord& found = report.result->down->capacity;
    const auto told = [&] {
        const std::string text = page(report);
        const std::size_t at = text.find("↓ capacity  ");
        REQUIRE(at != std::string::npos);
        return text.substr(at + 14, text.find('\n', at) - at - 14);
    };
    CHECK(told() == "943.6 ± 0.3 Mbit/s   full for 5.01 s   queue 2.80 ms");
    found.ip_bps = 93'421'000;
    found.half_width_bps = 2'000;
    CHECK(told().starts_with("93.42 ± 0.01 Mbit/s")); // some width there is
    found.ip_bps = 9'500'400'000;
    found.half_width_bps = 2'400'000;
    CHECK(told().starts_with("9.500 ± 0.002 Gbit/s"));
    found.ip_bps = 301'600;
    found.half_width_bps = 1'200;
    CHECK(told().starts_with("301.6 ± 1.2 kbit/s"));
    found.verdict = wire::CapacityVerdict::unstable;
    CHECK(told().starts_with("301.6 ± 1.2 kbit/s   the rate varies   full for"));
    found.verdict = wire::CapacityVerdict::host_stalled;
    CHECK(told().starts_with("301.6 ± 1.2 kbit/s   the sender stood still too often"));
    found.half_width_bps = 0;
    found.verdict = wire::CapacityVerdict::lower_bound;
    CHECK(told() == "at least 301.6 kbit/s   nothing showed a limit");
    found.verdict = wire::CapacityVerdict::sender_limited;
    CHECK(told() == "at least 301.6 kbit/s   the sender was not fast enough");
    found.verdict = wire::CapacityVerdict::receiver_limited;
    CHECK(told() == "at least 301.6 kbit/s   the receiving socket overflowed");
    CHECK_FALSE(has(page(test::ordinary()), "↓ capacity"));
}

TEST_CASE("what held the load back is a finding", "[ctl]") {
    session::DirectionResult up = upload();
    up.sent.limited_by = wire::LimitedBy::grant;
    up.granted = BitRate{100'000'000};
    CHECK(has(page(upload_of(up)),
              "  ↑ lower-bound      The path may carry more: the server grants 100 Mbit/s of\n"
              "                     payload.\n"));
    up.sent.limited_by = wire::LimitedBy::stack;
    CHECK(has(page(upload_of(up)), "  ↑ sender-queue     This host's own queue was full at times"));
    Report report = test::ordinary();
    report.result->down->sent.limited_by = wire::LimitedBy::stack;
    CHECK(has(page(report), "  ↓ sender-queue     The server's own queue was full at times"));
    report.result->down->sent_known = false;
    CHECK_FALSE(has(page(report), "sender-queue"));
}

TEST_CASE("findings are told with their evidence, their confidence and what to do", "[ctl]") {
    const std::string text = page(test::host_at_fault());
    CHECK(has(text, "  WHY\n  ↓ receiver-socket  This host itself dropped 64204 of"));
    CHECK(has(text, "                     high confidence: socket drops 64204, path lost 0,"));
    CHECK(has(text, "                     Do: On this host: sysctl net.core.rmem_max=16777216\n"));
    CHECK_FALSE(has(page(test::unexplained()), "high confidence"));
}

TEST_CASE("a page ends with one sentence", "[ctl]") {
    for (const test::Situation& situation : test::situations()) {
        const std::string text = page(situation);
        const std::string last = text.substr(text.rfind("\n\n") + 2);
        CHECK(last.starts_with("  "));
        CHECK(last.ends_with(".\n"));
        CHECK(test::lines_of(last).size() <= 2);
    }
    CHECK(page(test::home_line())
              .ends_with("\n\n  Download at line rate, upload spoiled by bufferbloat.\n"));
    CHECK(page(test::only_idle())
              .ends_with("\n\n  Round trip without load 14.0 ms; no load was measured.\n"));
}

TEST_CASE("a capacity carries its half-width, and a rate that was given is none", "[ctl]") {
    const std::string searched = page(test::home_line());
    CHECK(has(searched, "IP capacity"));
    CHECK(has(searched, "  975 ±1 Mbit/s  "));
    CHECK(has(searched, " 48.3 ±0.1 Mbit/s  "));
    CHECK(has(page(test::home_line(), plain), " 48.3 +-0.1 Mbit/s  "));
    CHECK(has(page(test::unexplained()), "IP rate"));
}

TEST_CASE("the path is one line, of what is known of it", "[ctl]") {
    CHECK(has(page(test::home_line()), "    path      MTU 1500 both ways · ECN kept both ways ·\n"
                                       "              DSCP ↑ EF→CS0 ↓ EF kept · hops ↑ 9 ↓ 8\n"));
    Report unknown = test::ordinary();
    unknown.result->path.reset();
    for (auto* const way : {&*unknown.result->down, &*unknown.result->up})
        way->received.marks = {};
    CHECK_FALSE(has(page(unknown), "path  "));
    CHECK(has(page(test::with_losses()),
              "    path      MTU ↑ 1400 (black hole) ↓ 1492 (ICMP heard)"));
    CHECK(has(page(test::with_losses()), "NAT: seen as [2001:db8:99::1]:61000\n"));
    Report loopback = test::ordinary();
    for (session::PathMtu* const mtu : {&loopback.result->path->up, &loopback.result->path->down})
        *mtu = {.bytes = 9000, .limit = measure::MtuLimit::none};
    CHECK(has(page(loopback), "MTU at least 9000 both ways"));
    test::Situation situation = test::home_line();
    situation.evidence.up->mtu->bytes = 1400;
    situation.evidence.down->marks = {{.sent = 2, .received = 0, .packets = 10},
                                      {.sent = 2, .received = 2, .packets = 5}};
    situation.evidence.up->marks = {{.sent = 2, .received = 3, .packets = 10},
                                    {.sent = 2, .received = 2, .packets = 5}};
    CHECK(has(page(situation), "MTU ↑ 1400 ↓ 1500 · ECN ↑ kept, 10 marked ↓ cleared · hops ↑"));
}

TEST_CASE("every name on a page can be looked up", "[ctl]") {
    std::size_t names = 0;
    for (const test::Situation& situation : test::situations())
        for (std::string line : test::lines_of(page(situation))) {
            // "  NAME  ", "    NAME  " or "  ↑ NAME  "; other lines are text.
            for (const std::string_view margin : {"  ↑ ", "  ↓ ", "    ", "  "})
                if (line.starts_with(margin)) {
                    line.erase(0, margin.size());
                    break;
                }
            const std::size_t end = line.find("  ");
            if (line.empty() || line.front() == ' ' || end == std::string::npos) continue;
            INFO(line);
            CHECK(verdict::look_up(line.substr(0, end)).has_value());
            ++names;
        }
    CHECK(names > 70);
}

TEST_CASE("a server that grants less than was asked for is named", "[ctl]") {
    Report report = test::ordinary(); // 10 s
    CHECK_FALSE(has(page(report), "granted"));
    report.options.duration = 120s;
    CHECK(has(page(report), "  ↓ granted   by the server: 10.0 s instead of 120 s\n"
                            "  ↑ granted   by the server: 10.0 s instead of 120 s\n"));
    report.options.payload_bytes = 9000;
    CHECK(has(page(report), "10.0 s instead of 120 s,\n"
                            "              datagrams of 1452 instead of 9000 bytes\n"));
    report.options.duration = 10s;
    report.result->down.reset();
    CHECK(has(page(report),
              "  ↑ granted   by the server: datagrams of 1452 instead of 9000 bytes\n"));
    report.result->up->duration = {}; // refused before it began
    report.options.payload_bytes.reset();
    CHECK_FALSE(has(page(report), "granted"));
}

TEST_CASE("a part is not taken for the whole", "[ctl]") {
    CHECK_FALSE(has(page(test::ordinary()), "cut short"));
    CHECK(has(page(test::interrupted()), "  ↑ cut short interrupted by the user\n"));
}

TEST_CASE("latency is shown as far as the samples carry it", "[ctl]") {
    Report report = test::only_idle();
    const auto idle = [&report](std::uint64_t count) {
        report.result->idle = test::latency(10ms, 20ms, count);
        return test::lines_of(page(report)).at(3);
    };
    CHECK(idle(1).starts_with("    idle        10.0      -      -      -   10.0       1  "));
    CHECK(idle(19).starts_with("    idle        10.0      -      -      -   20.0      19  "));
    CHECK(idle(20).starts_with("    idle        10.0   14.7      -      -   20.0      20  "));
    CHECK(idle(100).starts_with("    idle        10.0   15.0   19.0      -   20.0     100  "));

    SECTION("no echo is no latency") {
        report.result->idle = session::LatencyResult{.probes_sent = 100};
        CHECK(test::lines_of(page(report)).at(3) ==
              "    idle      not known: none of 100 probes came back");
    }
    SECTION("probes without an answer are counted") {
        report.result->idle = test::latency(10ms, 20ms, 5);
        report.result->idle->probes_sent = 8;
        CHECK(test::lines_of(page(report)).at(4) == "  no answer   idle 3 of 8");
    }
    SECTION("a median of a few samples is not one") {
        Report both = test::ordinary();
        both.result->idle = test::latency(10ms, 20ms, 3);
        CHECK(has(page(both), "  ? → 14.0 ms"));
        CHECK_FALSE(has(page(both), "grade"));
    }
}

TEST_CASE("what a load adds is told with a grade on the usual scale", "[ctl]") {
    const std::string text = page(test::ordinary());
    CHECK(has(text, "  ↓ added     +0.000 ms   4298 UDP round trips a minute   grade A+\n"));
    CHECK(has(text, "  ↑ added     +172 ms   323 UDP round trips a minute   grade C\n"));
    CHECK(has(page(test::fair_queue()), "   its own flow +62.0 ms\n"));
}

TEST_CASE("a difference that is too small for its digits has no minus", "[ctl]") {
    auto situation = test::home_line();
    situation.evidence.down->latency->added = -100ns;
    CHECK(has(page(situation), "  ↓ added     +0.000 ms"));
    situation.evidence.down->latency->added = -1us;
    CHECK(has(page(situation), "  ↓ added     -0.001 ms"));
}

TEST_CASE("only directions that were asked for are shown, in that order", "[ctl]") {
    Report report = test::ordinary();
    report.options.directions = {wire::Direction::up};
    CHECK_FALSE(has(page(report), "download"));
    CHECK(has(page(report), "upload"));
}

TEST_CASE("how well the sender kept its schedule is told as far as it is known", "[ctl]") {
    session::DirectionResult up = upload();
    const auto sending = [&up] {
        const std::string text = page(upload_of(up));
        const std::size_t at = text.find("↑ sending   ");
        return at == std::string::npos ? "" : text.substr(at + 14, text.find('\n', at) - at - 14);
    };
    CHECK(sending() == "late p50 0.061 p99 0.240 max 1.31 ms   trains of up to 8");
    up.sent.lateness.p99.reset();
    up.received.longest_train = 1;
    CHECK(sending() == "late p50 0.061 max 1.31 ms");
    up.sent.lateness = {}; // an unpaced load has no schedule
    up.received.longest_train = 44;
    CHECK(sending() == "trains of up to 44");
    up.received.longest_train = 0;
    CHECK(sending().empty());
}

TEST_CASE("what the kernels would not do is one line", "[ctl]") {
    Report report = test::ordinary();
    CHECK_FALSE(has(page(report), "noticed"));
    session::DirectionResult& up = *report.result->up;
    up.sent.segmentation = false;
    CHECK(has(page(report),
              "  ↑ noticed   sent one by one: this host's kernel cuts no trains (UDP_SEGMENT)\n"));
    report.result->down->received.coalescing = false;
    CHECK(has(page(report),
              "  ↓ noticed   received one by one: this host's kernel joins no trains (UDP_GRO)\n"));
    report.options.offload = false; // then it was wanted so
    CHECK_FALSE(has(page(report), "noticed"));
    up.sent.limited_by = wire::LimitedBy::breaker;
    CHECK(has(page(report),
              "  ↑ noticed   more than half was lost: the load was cut to twice what arrived\n"));
    up.sent.limited_by = wire::LimitedBy::silence;
    CHECK(has(page(report), "  ↑ noticed   the load paused: nothing was heard of it for 500 ms\n"));
}

TEST_CASE("of several flows each one's part is told", "[ctl]") {
    Report report = test::ordinary();
    report.flows = {{.session = 1, .result = *report.result}, {.session = 2, .result = {}}};
    CHECK(has(page(report), "  ↓ flows     944 Mbit/s   not known\n"));
    CHECK(has(page(report), "  ↑ flows     48.3 Mbit/s   not known\n"));
}
