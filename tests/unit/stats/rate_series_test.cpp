#include "check.hpp"
#include "stats/rate_series.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace wyn;
using stats::RateSeries;
using test::check_property;

namespace {

constexpr MonoTime start{1000s};

} // namespace

TEST_CASE("an untouched series has no bins", "[stats]") {
    RateSeries series{10ms};
    series.add(start, 0, 0);
    CHECK(series.bins().empty());
    CHECK(series.bin_length() == 10ms);
}

TEST_CASE("arrivals fall into the bin of their time, empty bins included", "[stats]") {
    RateSeries series{10ms};
    series.add(start, 1, 100);
    series.add(start + 9'999'999ns, 2, 200);
    series.add(start + 30ms, 3, 300);
    series.add(start + 29ms, 1, 50); // stamped before its predecessor: where it belongs
    series.add(start - 1ms, 1, 7);   // and before the very first: into the first bin
    REQUIRE(series.bins().size() == 4);
    CHECK(series.start() == start);
    CHECK(series.bins()[0] == RateSeries::Bin{4, 307});
    CHECK(series.bins()[1] == RateSeries::Bin{});
    CHECK(series.bins()[2] == RateSeries::Bin{1, 50});
    CHECK(series.bins()[3] == RateSeries::Bin{3, 300});
}

TEST_CASE("a series that is full halves its detail and goes on", "[stats]") {
    RateSeries series{10ms};
    for (int bin = 0; bin < 256; ++bin)
        series.add(start + bin * 10ms, 1, 10);
    CHECK(series.bins().size() == 256);
    CHECK(series.bin_length() == 10ms);
    series.add(start + 2560ms, 1, 10);
    CHECK(series.bin_length() == 20ms);
    REQUIRE(series.bins().size() == 129);
    CHECK(series.bins()[127] == RateSeries::Bin{2, 20});
    CHECK(series.bins()[128] == RateSeries::Bin{1, 10});
}

TEST_CASE("a year of silence costs a few halvings", "[stats]") {
    RateSeries series{1ms};
    series.add(start, 1, 10);
    series.add(start + 24h * 365, 1, 10);
    CHECK(series.bins().size() <= RateSeries::most_bins);
    CHECK(series.bins().front() == RateSeries::Bin{1, 10});
    CHECK(series.bins().back() == RateSeries::Bin{1, 10});
}

TEST_CASE("the bins are what binning everything at the final length gives", "[stats]") {
    check_property("arrivals at random times", [] {
        const Duration length{*rc::gen::inRange<std::int64_t>(1, 1000)};
        const auto gaps =
            *rc::gen::container<std::vector<std::int64_t>>(rc::gen::weightedOneOf<std::int64_t>(
                {{20, rc::gen::inRange<std::int64_t>(-50, 5000)},
                 {1, rc::gen::inRange<std::int64_t>(0, 5'000'000)}}));
        RateSeries series{length};
        std::vector<Duration> since_start;
        Duration at{};
        for (const std::int64_t gap : gaps) {
            if (!since_start.empty()) at += Duration{gap};
            since_start.push_back(std::max(at, Duration::zero()));
            series.add(start + at, 1, 1000);
        }
        std::vector<RateSeries::Bin> naive;
        for (const Duration since : since_start) {
            const auto index = static_cast<std::size_t>(since / series.bin_length());
            if (naive.size() <= index) naive.resize(index + 1);
            ++naive[index].packets;
            naive[index].bytes += 1000;
        }
        RC_ASSERT(
            std::equal(naive.begin(), naive.end(), series.bins().begin(), series.bins().end()));
        RC_ASSERT(naive.size() <= RateSeries::most_bins);
    });
}
