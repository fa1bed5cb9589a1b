#include "check.hpp"
#include "ctl/latency_text.hpp"
#include "unit/ctl/latency_reports.hpp"
#include "unit/golden_text.hpp"
#include "unit/lines.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style plain{};
constexpr Style unicode{.unicode = true};
constexpr Style coloured{.colour = true, .unicode = true};

std::string page(const LatencyReport& report, const Style& style = unicode) {
    std::string text = latency_as_text(report, style);
    for (const std::string& line : test::lines_of(text)) {
        INFO(line);
        CHECK(columns(line) <= page_width);
        CHECK(!line.ends_with(' '));
    }
    CHECK((text.empty() || text.ends_with('\n')));
    return text;
}

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

} // namespace

TEST_CASE("the page of a latency measurement is as its golden file shows", "[ctl]") {
    golden::check_text("latency_quiet.txt", page(test::quiet()));
    golden::check_text("latency_quiet_ascii.txt", page(test::quiet(), plain));
    golden::check_text("latency_troubled.txt", page(test::troubled()));
    golden::check_text("latency_troubled_colour.txt", page(test::troubled(), coloured));
    golden::check_text("latency_cut_short.txt", page(test::cut_short()));
    golden::check_text("latency_vast.txt", page(test::vast()));
    golden::check_text("latency_vast_ascii.txt", page(test::vast(), plain));
}

TEST_CASE("without probes there is no page of a latency measurement", "[ctl]") {
    CHECK(page(test::unanswered()).empty());
    CHECK(page(test::measured({}, 0)).empty());
    CHECK(page({}).empty());
}

TEST_CASE("in ASCII a latency measurement prints nothing else", "[ctl]") {
    for (const char c : page(test::troubled(), plain))
        CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
}

TEST_CASE("a percentile that too few probes carry is a dash, which is explained", "[ctl]") {
    const auto table = [](std::uint32_t probes) { return page(test::measured({}, probes)); };
    CHECK(has(table(19), "too few probes:  p50 takes 20  p90 takes 100  p99 takes 1000"));
    CHECK(has(table(999), "too few probes:  p99 takes 1000  p99.9 takes 10000"));
    CHECK_FALSE(has(table(10'000), "too few"));
}

TEST_CASE("one-way delays are never told without their bound and where it comes from", "[ctl]") {
    SECTION("of two clocks that say nothing: half the lowest round trip") {
        const std::string text = page(test::measured({}, 1000));
        CHECK(has(text, "lowest ↑ 10.0  ↓ 10.0 ms, each ±10.0"));
        CHECK(has(text, "(half the lowest RTT: the clocks tell no better)"));
        CHECK_FALSE(has(text, "asymmetry")); // of 12 and 8 ms, which nobody can know
    }
    SECTION("of two that are synchronised: what they claim") {
        LatencyReport report = test::quiet();
        CHECK(has(page(report), "±0.1"));
        CHECK(has(page(report), "(both clocks are synchronised)"));
    }
    SECTION("of two whose claim cannot be: that they are wrong") {
        CHECK(has(page(test::troubled()), "the RTT proves them wrong)"));
    }
    SECTION("when nothing fits: that they are not known") {
        LatencyReport report = test::measured({}, 1000);
        report.summary->one_way.clocks.reset();
        CHECK(has(page(report), "one way     not known: no pair of clocks fits the times"));
    }
}

TEST_CASE("a longer way in one direction is told when the clocks are good enough", "[ctl]") {
    LatencyReport report = test::measured({}, 1000); // 12 ms up, 8 ms down
    report.outcome->near_clock =
        ClockState{.discipline = {.sync = ClockSync::synchronised, .max_error = 100us}};
    report.outcome->far_clock = report.outcome->near_clock;
    CHECK(has(page(report), "asymmetry   ↑ takes 4.00 ms longer than ↓"));
    report.outcome->near_clock->discipline.max_error = 2ms;
    CHECK_FALSE(has(page(report), "asymmetry"));
}

TEST_CASE("losses are told with what they may be, by direction", "[ctl]") {
    CHECK(has(page(test::measured({}, 300)), "lost        none of 300   surely below 0.99 %"));
    const std::string text = page(test::measured({.loss_up = 0.1}, 1000));
    CHECK(has(text, "surely "));
    CHECK(has(text, "↑ lost "));
    CHECK(has(text, "↓ lost      none of "));
}

TEST_CASE("when nothing came back, all that is told is the losses", "[ctl]") {
    const std::string text = page(test::measured({.loss_up = 1}, 100));
    CHECK(has(text, "lost        100 of 100   100 %"));
    CHECK_FALSE(has(text, "RTT"));
}

TEST_CASE("a page of times that the kernels did not stamp says so", "[ctl]") {
    LatencyReport report = test::measured({}, 100);
    CHECK(has(page(report), "all four of each probe by the kernels"));
    report.summary->stamps.far_sent = 0;
    CHECK(has(page(report), "there → none"));
    CHECK(has(page(report), "here → all"));
}

TEST_CASE("a measurement that ended by itself says why on its page", "[ctl]") {
    LatencyReport report = test::measured({}, 100);
    report.outcome->end = wire::End::peer_silent;
    CHECK(has(page(report), "cut short"));
    report.outcome->end = wire::End::interrupted;
    CHECK_FALSE(has(page(report), "cut short"));
}
