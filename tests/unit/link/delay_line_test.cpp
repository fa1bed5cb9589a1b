// Delay, jitter, reordering and coalescing.
#include "unit/link/load.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace wyn;
using namespace wyn::link;

namespace {

std::vector<std::uint64_t> numbers_of(const std::vector<Record>& records) {
    std::vector<std::uint64_t> numbers;
    for (const Record& record : records)
        numbers.push_back(record.number);
    return numbers;
}

// The jitter of 20,000 packets that are too far apart to touch each other, in milliseconds.
std::vector<double> jitter_of(JitterShape shape) {
    LinkSpec link{.delay = 10ms};
    link.jitter = {.amount = 30ms, .shape = shape};
    Load load{link};
    load.offer(20'000, 1s, {.bytes = 100});
    load.finish();
    std::vector<double> values;
    for (const Record& record : load.delivered())
        values.push_back(to_seconds(record.departed - record.arrived - 10ms) * 1000);
    std::ranges::sort(values);
    return values;
}
double quantile(const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size()))];
}

} // namespace

TEST_CASE("jitter has the distribution that it was given", "[link]") {
    const std::vector<double> uniform = jitter_of(JitterShape::uniform);
    CHECK(uniform.front() >= 0);
    CHECK(uniform.back() <= 30);
    CHECK(is_near(quantile(uniform, 0.1), 3, 0.1));
    CHECK(is_near(quantile(uniform, 0.9), 27, 0.02));

    const std::vector<double> normal = jitter_of(JitterShape::normal);
    CHECK(normal.front() >= 0);
    CHECK(is_near(quantile(normal, 0.5), 30, 0.02));
    CHECK(is_near(quantile(normal, 0.8413), 40, 0.02)); // one standard deviation more

    const std::vector<double> exponential = jitter_of(JitterShape::exponential);
    CHECK(exponential.front() >= 0);
    CHECK(is_near(quantile(exponential, 0.5), 30 * std::log(2), 0.04));
    CHECK(is_near(quantile(exponential, 0.9), 30 * std::log(10), 0.04));
}

TEST_CASE("jitter keeps the order, or does not", "[link]") {
    LinkSpec link{.delay = 5ms};
    link.jitter.amount = 20ms;
    Load orderly{link};
    orderly.offer(1000, 1ms, {.bytes = 100});
    orderly.finish();
    CHECK(std::ranges::is_sorted(numbers_of(orderly.delivered())));
    CHECK(orderly.model().summary().reordered == 0);
    CHECK(orderly.model().summary().jittered == 1000);

    link.jitter.keeps_order = false;
    Load unordered{link};
    unordered.offer(1000, 1ms, {.bytes = 100});
    unordered.finish();
    CHECK(!std::ranges::is_sorted(numbers_of(unordered.delivered())));
    CHECK(unordered.model().summary().reordered > 500);
    for (const Record& record : unordered.delivered()) {
        CHECK(record.departed - record.arrived >= 5ms);
        CHECK(record.departed - record.arrived <= 25ms);
    }
}

TEST_CASE("reordering is counted for each flow by itself", "[link]") {
    LinkSpec link;
    link.reordering = {.every = 2, .time = 10ms};
    Load load{link};
    for (int i = 0; i < 10; ++i) // every packet of flow 2 is held back, and the flow with it
        load.offer(WorldTime{i * 1ms}, {.bytes = 100, .flow = i % 2 == 0 ? 1U : 2U});
    load.finish();
    CHECK(load.model().summary().held_back == 5);
    CHECK(load.model().summary().reordered == 0);
}

TEST_CASE("draws for a time are the same for all packets in it", "[link]") {
    LinkSpec link;
    link.jitter = {.amount = 20ms, .keeps_order = false, .every = 50ms};
    Load load{link};
    load.offer(500, 1ms, {.bytes = 100});
    load.finish();
    std::vector<Duration> delays(500);
    for (const Record& record : load.delivered())
        delays[record.number - 1] = record.departed - record.arrived;
    for (std::size_t i = 1; i < 500; ++i)
        CHECK((delays[i] == delays[i - 1]) == (i % 50 != 0));
}

TEST_CASE("every n-th packet is held back until k others have overtaken it", "[link]") {
    LinkSpec link{.delay = 10ms};
    link.reordering = {.every = 5, .packets = 2};
    Load load{link};
    load.offer(12, 1ms, {.bytes = 100});
    load.finish();
    CHECK(numbers_of(load.delivered()) ==
          std::vector<std::uint64_t>{1, 2, 3, 4, 6, 7, 5, 8, 9, 11, 12, 10});
    CHECK(load.delivered()[6].departed == load.delivered()[5].departed);
    CHECK(load.model().summary().reordered == 2);
}

TEST_CASE("nobody is held back longer than told when nobody comes to overtake", "[link]") {
    LinkSpec link{.delay = 10ms};
    link.reordering = {.every = 1, .packets = 3, .time = 40ms};
    Load load{link};
    load.offer(WorldTime{}, {.bytes = 100});
    load.finish();
    CHECK(load.delivered().at(0).departed == WorldTime{50ms});
}

TEST_CASE("packets are held back for a time", "[link]") {
    LinkSpec link{.delay = 10ms};
    link.reordering = {.chance = 0.2, .time = 3ms};
    Load load{link};
    load.offer(1000, 1ms, {.bytes = 100});
    load.finish();
    std::uint64_t held = 0;
    for (const Record& record : load.delivered()) {
        CHECK(record.departed - record.arrived == (record.held_back ? 13ms : 10ms));
        held += record.held_back ? 1U : 0U;
    }
    CHECK(is_near(static_cast<double>(held), 200, 0.25));
}

TEST_CASE("coalesced packets come out in bunches, never early", "[link]") {
    LinkSpec link{.delay = 1ms, .coalescing = 125us};
    Load load{link};
    load.offer(1000, 10us, {.bytes = 100}, WorldTime{7us});
    load.finish();
    for (const Record& record : load.delivered()) {
        CHECK(record.departed.time_since_epoch() % 125us == 0ns);
        CHECK(record.departed - record.arrived >= 1ms);
        CHECK(record.departed - record.arrived < 1125us);
    }
}
