#include "check.hpp"
#include "ctl/report_text.hpp"
#include "unit/ctl/reports.hpp"
#include "unit/golden_text.hpp"
#include "unit/lines.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style plain{};
constexpr Style unicode{.unicode = true};
constexpr Style coloured{.colour = true, .unicode = true};

std::string page(const Report& report, const Style& style = unicode) {
    std::string text = report_as_text(report, style);
    for (const std::string& line : test::lines_of(text)) {
        INFO(line);
        CHECK(columns(line) <= 80);
        CHECK(!line.ends_with(' '));
    }
    CHECK((text.empty() || text.ends_with('\n')));
    return text;
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
    golden::check_text("report_wide.txt", page(test::wide()));
    golden::check_text("report_wide_ascii.txt", page(test::wide(), plain));
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

TEST_CASE("the share of loss has three digits and is never rounded to nothing", "[ctl]") {
    const auto loss = [](std::uint64_t sent, std::uint64_t lost) {
        session::DirectionResult up = upload();
        up.sent.packets_accepted = sent;
        up.received.packets = sent - lost;
        const std::string row = test::lines_of(page(upload_of(up))).at(3);
        return row.substr(row.find_first_not_of(' ', row.find(" ms") + 3));
    };
    CHECK(loss(1000, 0) == "0");
    CHECK(loss(10'000'000, 1) == "1  <0.01 %");
    CHECK(loss(20'791, 65) == "65  0.31 %");
    CHECK(loss(1000, 123) == "123  12.3 %");
    CHECK(loss(1000, 1000) == "1000  100 %");
    CHECK(loss(3'000'000, 1'234'567) == "1.23 M  41.2 %");
}

TEST_CASE("a load that was never sent has lost nothing", "[ctl]") {
    session::DirectionResult up = upload();
    up.sent = {};
    up.received = {};
    CHECK(has(page(upload_of(up)), "none sent\n"));
}

TEST_CASE("the ledger adds up and appears only when something is lost", "[ctl]") {
    CHECK_FALSE(has(page(test::ordinary()), "packets"));
    CHECK(has(page(test::with_losses()), "  ↑ packets   sent 40330 = received 40200 + path 65 "
                                         "+ sending host 20\n"
                                         "              + receiving socket 45\n"));
    session::DirectionResult up = upload();
    SECTION("records that contradict each other make no ledger") {
        up.received.packets = up.sent.packets_accepted + 1;
        CHECK_FALSE(has(page(upload_of(up)), "packets"));
        CHECK(has(page(upload_of(up)), "  not known\n"));
    }
    SECTION("neither do records of different moments") {
        up.records_match = false;
        CHECK_FALSE(has(page(upload_of(up)), "packets"));
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

TEST_CASE("what held the load back is named, and who", "[ctl]") {
    session::DirectionResult up = upload();
    const auto limit = [&up](wire::LimitedBy by) {
        up.sent.limited_by = by;
        const std::string text = page(upload_of(up));
        const std::size_t at = text.find("↑ limited   ");
        return at == std::string::npos ? "" : text.substr(at + 14, text.find('\n', at) - at - 14);
    };
    CHECK(limit(wire::LimitedBy::nothing).empty());
    up.granted = BitRate{100'000'000};
    CHECK(limit(wire::LimitedBy::grant) == "the server grants 100 Mbit/s of payload");
    CHECK(limit(wire::LimitedBy::breaker) ==
          "more than half was lost: the load was cut to twice what arrived");
    CHECK(limit(wire::LimitedBy::stack) ==
          "this host's own queue was full at times and held the load back");
    CHECK(limit(wire::LimitedBy::volume) == "the volume that the server allows was used up");
    CHECK(limit(wire::LimitedBy::time) ==
          "the search met no limit in its time: the path may carry more");

    SECTION("a host that was not fast enough") {
        up.sent.packets_skipped = 42;
        CHECK(limit(wire::LimitedBy::host) == "this host was too busy to send 42 datagrams");
        up.search = wire::Search::unpaced;
        CHECK(limit(wire::LimitedBy::host) ==
              "this host sent as fast as it could: the path may carry more");
    }
    SECTION("of a download the sender is the server") {
        Report report = test::ordinary();
        report.result->down->sent.limited_by = wire::LimitedBy::stack;
        CHECK(has(page(report),
                  "↓ limited   the server's own queue was full at times and held the load back"));
        report.result->down->sent_known = false;
        CHECK_FALSE(has(page(report), "limited"));
    }
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
        return test::lines_of(page(report)).at(2);
    };
    CHECK(idle(1) == "  idle RTT    min 10.0  max 10.0 ms  n 1");
    CHECK(idle(19) == "  idle RTT    min 10.0  max 20.0 ms  n 19");
    CHECK(idle(20) == "  idle RTT    min 10.0  p50 14.7  max 20.0 ms  n 20");
    CHECK(idle(100) == "  idle RTT    min 10.0  p50 15.0  p90 19.0  max 20.0 ms  n 100");

    SECTION("no echo is no latency") {
        report.result->idle = session::LatencyResult{.probes_sent = 100};
        CHECK(test::lines_of(page(report)).at(2) ==
              "  idle RTT    not known: none of 100 probes came back");
    }
    SECTION("lost probes are counted") {
        report.result->idle = test::latency(10ms, 20ms, 5);
        report.result->idle->probes_sent = 8;
        CHECK(test::lines_of(page(report)).at(2).ends_with("n 5  lost 3"));
    }
    SECTION("a median of a few samples is not one") {
        Report both = test::ordinary();
        both.result->idle = test::latency(10ms, 20ms, 3);
        CHECK(has(page(both), "  ? → 14.0 ms"));
    }
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
    report = test::with_losses();
    report.result->up->sent.segmentation = true;
    CHECK(has(page(report),
              "  ↑ noticed   the receiving socket overflowed, its buffer is 33.6 MB\n"));
}

TEST_CASE("of several flows each one's part is told", "[ctl]") {
    Report report = test::ordinary();
    report.flows = {{.session = 1, .result = *report.result}, {.session = 2, .result = {}}};
    CHECK(has(page(report), "  ↓ flows     944 Mbit/s   not known\n"));
    CHECK(has(page(report), "  ↑ flows     48.3 Mbit/s   not known\n"));
}
