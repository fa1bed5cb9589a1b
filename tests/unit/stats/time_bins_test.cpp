#include "check.hpp"
#include "stats/delay_series.hpp"
#include "stats/rate_series.hpp"
#include "unit/property.hpp"

#include <numeric>

using namespace wyn;
using stats::DelaySeries;
using stats::RateSeries;

namespace {

constexpr MonoTime start{1000s};

std::uint64_t bytes_of(const RateSeries& series) {
    std::uint64_t sum = 0;
    for (const RateSeries::Bin& bin : series.bins())
        sum += bin.bytes;
    return sum;
}

} // namespace

TEST_CASE("a bin of delays keeps the highest", "[stats]") {
    DelaySeries series{50ms};
    series.add(start, 3ms);
    series.add(start + 10ms, 7ms);
    series.add(start + 20ms, 5ms);
    series.add(start + 120ms, 1ms);
    REQUIRE(series.bins().size() == 3);
    CHECK(series.bins()[0] == DelaySeries::Bin{3, 7ms});
    CHECK(series.bins()[1] == DelaySeries::Bin{});
    CHECK(series.bins()[2] == DelaySeries::Bin{1, 1ms});
}

TEST_CASE("delays below nothing are delays, too", "[stats]") {
    DelaySeries series{50ms};
    series.add(start, -3ms);
    CHECK(series.bins()[0] == DelaySeries::Bin{1, -3ms});
    series.add(start, -5ms);
    CHECK(series.bins()[0] == DelaySeries::Bin{2, -3ms});
}

TEST_CASE("a series that outgrows its bins keeps the highest of each pair", "[stats]") {
    DelaySeries series{1ms};
    for (int i = 0; i < 512; ++i)
        series.add(start + i * 1ms, Duration{i % 2 == 0 ? 1000 + i : 1});
    CHECK(series.bin_length() == 2ms);
    REQUIRE(series.bins().size() == 256);
    CHECK(series.bins()[0] == DelaySeries::Bin{2, 1000ns});
    CHECK(series.bins()[255] == DelaySeries::Bin{2, 1510ns});
}

TEST_CASE("one series is merged into another by time", "[stats]") {
    RateSeries one{10ms};
    one.add(start + 20ms, 1, 100);
    RateSeries other{10ms};
    other.add(start, 1, 10);
    other.add(start + 45ms, 1, 1000);

    SECTION("whichever begins first") {
        RateSeries early = other;
        early.merge(one);
        RateSeries late = one;
        late.merge(other);
        for (const RateSeries& merged : {early, late}) {
            CHECK(merged.start() == start);
            REQUIRE(merged.bins().size() == 5);
            CHECK(merged.bins()[0].bytes == 10);
            CHECK(merged.bins()[2].bytes == 100);
            CHECK(merged.bins()[4].bytes == 1000);
        }
    }
    SECTION("an empty one changes nothing, and becomes the other") {
        RateSeries empty{10ms};
        one.merge(empty);
        CHECK(one.bins().size() == 1);
        empty.merge(one);
        CHECK(empty.start() == one.start());
        CHECK(bytes_of(empty) == 100);
    }
    SECTION("itself it doubles") {
        other.merge(other);
        CHECK(bytes_of(other) == 2020);
    }
}

TEST_CASE("merging loses nothing", "[stats]") {
    test::check_property("two series of any length", [] {
        RateSeries one{Duration{*rc::gen::inRange<std::int64_t>(1, 1000)}};
        RateSeries other{Duration{*rc::gen::inRange<std::int64_t>(1, 1000)}};
        std::uint64_t all = 0;
        const auto gaps = *rc::gen::container<std::vector<std::int64_t>>(
            rc::gen::inRange<std::int64_t>(-50, 100'000));
        MonoTime at = start;
        for (const std::int64_t gap : gaps) {
            at += Duration{gap};
            (gap % 2 == 0 ? one : other).add(at, 1, 7);
            all += 7;
        }
        one.merge(other);
        RC_ASSERT(bytes_of(one) == all);
        RC_ASSERT(one.bins().size() <= RateSeries::most_bins);
    });
}
