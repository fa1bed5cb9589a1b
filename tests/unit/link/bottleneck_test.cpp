// Queue, line and shaper against closed formulas.
#include "unit/link/load.hpp"

#include <cmath>

using namespace wyn;
using namespace wyn::link;

namespace {

// Mean and standard deviation.
struct Moments {
    double mean = 0;
    double deviation = 0;
};
Moments moments_of(const std::vector<double>& values) {
    double sum = 0;
    double squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    const auto count = static_cast<double>(values.size());
    return {sum / count, std::sqrt(squares / count - sum / count * sum / count)};
}

} // namespace

TEST_CASE("packets are spread by the rate", "[link]") {
    Load load{LinkSpec{.rate = mbit(12), .delay = 10ms}};
    load.offer(5, 0ms, {.bytes = 1500});
    load.finish();
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(load.delivered().at(i).departed == WorldTime{10ms + (i + 1) * 1ms});
}

TEST_CASE("the overhead of a packet takes time and is not its own", "[link]") {
    // 1462 bytes and the 38 of Ethernet.
    Load load{LinkSpec{.rate = mbit(12), .overhead_bytes = 38}};
    load.offer(2, 0ms, {.bytes = 1462});
    load.finish();
    CHECK(load.delivered().at(1).departed == WorldTime{2ms});
    CHECK(load.delivered().at(1).packet.bytes == 1462);
}

TEST_CASE("a fast line loses nothing to the rounding of times", "[link]") {
    // 1500 bytes take 599.88 ns of 20.004 Gbit/s.
    Load load{LinkSpec{.rate = mbit(20'004)}};
    load.offer(2500, 0ms, {.bytes = 100}); // 240 kB fit
    load.finish();
    const std::vector<Record> out = load.delivered();
    CHECK(out.size() > 2000);
    const double seconds = to_seconds(out.back().departed.time_since_epoch());
    CHECK(is_near(static_cast<double>(out.size()) * 800 / seconds, 20.004e9, 1e-4));
}

TEST_CASE("the delay of a full tail-drop queue is its size divided by the rate", "[link]") {
    LinkSpec link{.rate = mbit(40)};
    link.queue.bytes = 500'000; // 333 packets of 300 us
    Load load{link};
    load.offer(mbit(60), {.bytes = 1500}, WorldTime{}, WorldTime{2s});
    load.finish();
    Duration longest{};
    for (const Record& record : load.delivered()) {
        CHECK(record.queue_bytes <= 500'000);
        longest = std::max(longest, record.waited);
        if (record.arrived < WorldTime{1s}) continue;
        // Full: whoever was let in waited for 332 or 333 packets and what was left of one.
        CHECK(record.waited >= 332 * 300us);
        CHECK(record.waited <= 334 * 300us);
    }
    CHECK(longest <= 334 * 300us);
    const Summary& summary = load.model().summary();
    CHECK(summary.longest_queue_bytes == 333 * 1500);
    CHECK(summary.longest_wait == longest);
    // A third of what comes while it is full finds no room.
    CHECK(is_near(static_cast<double>(summary.of(Fate::queue_full)), 10'000 / 3.0 - 333, 0.01));
}

TEST_CASE("a queue is limited in packets, too", "[link]") {
    LinkSpec link{.rate = mbit(1)};
    link.queue.packets = 5;
    Load load{link};
    load.offer(20, 0ms, {.bytes = 100});
    load.finish();
    CHECK(load.delivered().size() == 6); // one is being sent
    CHECK(load.with(Fate::queue_full).size() == 14);
}

TEST_CASE("a policer lets its burst pass, and then its rate", "[link]") {
    const LinkSpec link{.policers = {{.rate = mbit(40), .burst_bytes = 200'000}}};
    Load load{link};
    load.offer(mbit(120), {.bytes = 1500}, WorldTime{}, WorldTime{5s});
    load.finish();
    // b + r t, to a packet.
    const auto passed = static_cast<double>(load.model().summary().delivered_bytes);
    CHECK(std::abs(passed - (200'000 + 5 * 5e6)) <= 2 * 1500);
    // Until b / (offered - r) nothing was dropped.
    const WorldTime first = load.with(Fate::policed).at(0).arrived;
    CHECK(is_near(to_seconds(first.time_since_epoch()), 200'000 * 8 / 80e6, 0.02));
}

TEST_CASE("of several policers in a row the tightest one counts", "[link]") {
    const LinkSpec link{.policers = {{.rate = mbit(100), .burst_bytes = 100'000},
                                     {.rate = mbit(40), .burst_bytes = 1'000'000}}};
    Load load{link};
    load.offer(mbit(400), {.bytes = 1500}, WorldTime{}, WorldTime{2s});
    load.finish();
    std::uint64_t early = 0;
    std::uint64_t late = 0;
    for (const Record& record : load.delivered())
        (record.arrived < WorldTime{100ms} ? early : late) += record.packet.bytes;
    // At first the large bucket of the second is no limit: b1 + r1 t.
    CHECK(is_near(static_cast<double>(early), 100'000 + 0.1 * 12.5e6, 0.01));
    CHECK(is_near(static_cast<double>(early + late), 1e6 + 2 * 5e6, 0.01));
}

TEST_CASE("a shaper sends its burst at the line's rate and then at its own", "[link]") {
    LinkSpec link{.rate = mbit(200), .shaper = TokenBucketSpec{mbit(100), 5'000'000}};
    link.queue.bytes = 10'000'000;
    Load load{link};
    load.offer(mbit(220), {.bytes = 1500}, WorldTime{}, WorldTime{1s});
    load.run_until(WorldTime{1s});
    // b / (1 - r/R) = 10 MB at R take 400 ms.
    CHECK(is_near(load.model().delivered(WorldTime{}, WorldTime{400ms}).as_double(), 200e6, 0.002));
    CHECK(
        is_near(load.model().delivered(WorldTime{400ms}, WorldTime{1s}).as_double(), 100e6, 0.002));
}

TEST_CASE("the rate of a cellular link has the mean and the spread that it was given", "[link]") {
    LinkSpec link{.rate = mbit(50)};
    link.fluctuation = {.sigma = 0.25, .correlation_time = 100ms};
    Load load{link};
    std::vector<double> rates;
    std::vector<double> products; // of neighbours one correlation time apart
    for (int i = 0; i < 20'000; ++i) {
        const WorldTime begin{i * 100ms};
        load.run_until(begin + 1ms);
        rates.push_back(load.model().possible(begin, begin + 1ms).as_double() / 50e6);
    }
    const auto [mean, deviation] = moments_of(rates);
    CHECK(is_near(mean, 1, 0.02));
    CHECK(is_near(deviation, 0.25, 0.05));
    for (std::size_t i = 1; i < rates.size(); ++i)
        products.push_back((rates[i] - mean) * (rates[i - 1] - mean));
    CHECK(is_near(moments_of(products).mean / (deviation * deviation), std::exp(-1), 0.1));
}

TEST_CASE("traffic of others takes its share while it is there", "[link]") {
    LinkSpec link{.rate = mbit(100)};
    link.cross_traffic = {.share = 0.2, .on = 300ms, .off = 100ms};
    Load load{link};
    std::vector<double> rates;
    for (int i = 0; i < 20'000; ++i) {
        const WorldTime begin{i * 50ms};
        load.run_until(begin + 1us);
        rates.push_back(load.model().possible(begin, begin + 1us).as_double() / 1e6);
    }
    for (const double rate : rates)
        CHECK((is_near(rate, 100, 0.01) || is_near(rate, 80, 0.01)));
    CHECK(is_near(moments_of(rates).mean, 100 - 0.75 * 20, 0.01));
}

TEST_CASE("a batch leaves at once, and as much as the line could have sent", "[link]") {
    LinkSpec link{.rate = mbit(12), .batch = 8ms};
    Load load{link};
    load.offer(20, 0ms, {.bytes = 1500}); // a millisecond each
    load.finish();
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(load.delivered().at(i).departed == WorldTime{8ms * (1 + i / 8)});
    load.offer(WorldTime{101ms}, {.bytes = 1500});
    load.finish();
    CHECK(load.delivered().back().departed == WorldTime{104ms});
}

TEST_CASE("batches that are smaller than a packet add up", "[link]") {
    LinkSpec link{.rate = kbit(1200), .batch = 4ms}; // 600 bytes
    Load load{link};
    load.offer(10, 0ms, {.bytes = 1500});
    load.finish();
    CHECK(load.delivered().back().departed == WorldTime{100ms});
}
