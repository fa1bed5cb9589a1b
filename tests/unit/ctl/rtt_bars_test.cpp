#include "check.hpp"
#include "ctl/rtt_bars.hpp"
#include "unit/lines.hpp"

#include <charconv>

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style unicode{.unicode = true};

// The number at the end of each line.
std::vector<std::uint64_t> counts_of(const std::string& text) {
    std::vector<std::uint64_t> counts;
    for (const std::string& line : test::lines_of(text)) {
        CHECK(columns(line) <= page_width);
        counts.push_back(std::stoull(line.substr(line.rfind(' ') + 1)));
    }
    return counts;
}

stats::Histogram of(std::initializer_list<std::pair<Duration, int>> values) {
    stats::Histogram rtt;
    for (const auto& [value, times] : values)
        for (int i = 0; i < times; ++i)
            rtt.record(value);
    return rtt;
}

} // namespace

TEST_CASE("too few round trips make no bars", "[ctl]") {
    CHECK(rtt_bars(of({{11ms, 19}}), unicode).empty());
    CHECK(rtt_bars({}, unicode).empty());
}

TEST_CASE("every round trip is in one bar, at most nine of them, the fullest the longest",
          "[ctl]") {
    for (const auto& rtt : {of({{11ms, 20}}), of({{11ms, 900}, {12ms, 90}, {45ms, 9}, {4s, 1}}),
                            of({{1us, 50}, {30s, 50}}), of({{900ns, 100}, {1200ns, 400}})}) {
        const std::string text = rtt_bars(rtt, unicode);
        INFO(text);
        std::uint64_t sum = 0;
        const auto counts = counts_of(text);
        for (const std::uint64_t count : counts)
            sum += count;
        CHECK(sum == rtt.count());
        CHECK(counts.size() <= 9);
        CHECK(text.find("████████████████████████████████████████") != std::string::npos);
    }
}

TEST_CASE("a bar is never empty where there is a round trip, and is where there is none", "[ctl]") {
    const std::string text = rtt_bars(of({{10ms, 100'000}, {11ms, 0}, {300ms, 1}}), unicode);
    for (const std::string& line : test::lines_of(text)) {
        INFO(line);
        const bool drawn =
            line.find("▏") != std::string::npos || line.find("█") != std::string::npos;
        CHECK(drawn == !line.ends_with(" 0"));
    }
    for (const char c : rtt_bars(of({{10ms, 100}, {300ms, 1}}), {}))
        CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
}
