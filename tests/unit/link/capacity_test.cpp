// The truth over a time: what a link could have carried, and what it did.
#include "unit/link/load.hpp"

using namespace wyn;
using namespace wyn::link;

namespace {

constexpr Packet full_size{.bytes = 1500};

double possible(Load& load, Duration from, Duration to, std::uint32_t bytes = 1500) {
    load.run_until(WorldTime{to});
    return load.model().possible(WorldTime{from}, WorldTime{to}, bytes).as_double();
}

} // namespace

TEST_CASE("nothing limits a link without limits", "[link]") {
    Load load{LinkSpec{.delay = 10ms}};
    load.run_until(WorldTime{1s});
    CHECK(load.model().possible(WorldTime{}, WorldTime{1s}).is_unlimited());
    CHECK(load.model().possible(WorldTime{1s}, WorldTime{1s}) == BitRate{0});
}

TEST_CASE("a line carries its rate, without its overhead and what is lost behind it", "[link]") {
    Load load{LinkSpec{.rate = mbit(100), .overhead_bytes = 38, .loss_after = 0.1}};
    CHECK(is_near(possible(load, 0s, 1s), 0.9 * 100e6 * 1500 / 1538, 1e-7));
    CHECK(is_near(possible(load, 0s, 1s, 100), 0.9 * 100e6 * 100 / 138, 1e-7));
}

TEST_CASE("what is lost before the line costs no capacity", "[link]") {
    Load load{LinkSpec{.loss = 0.1, .rate = mbit(100)}};
    CHECK(is_near(possible(load, 0s, 1s), 100e6, 1e-7));
}

TEST_CASE("a change counts from the moment at which its packets come out", "[link]") {
    const LinkSpec slow{.rate = mbit(10), .delay = 100ms};
    LinkSpec fast = slow;
    fast.rate = mbit(30);
    LinkSpec down = slow;
    down.partitioned = true;
    Load load{Direction{slow, {{WorldTime{1s}, fast}, {WorldTime{2s}, down}}}};
    CHECK(is_near(possible(load, 600ms, 1100ms), 10e6, 1e-6));
    CHECK(is_near(possible(load, 1s, 1200ms), 20e6, 1e-6));
    CHECK(is_near(possible(load, 1100ms, 2100ms), 30e6, 1e-6));
    CHECK(possible(load, 2100ms, 3s) == 0);
}

TEST_CASE("a policer allows its tokens and what comes, less what is lost behind it", "[link]") {
    const LinkSpec link{.policers = {{.rate = mbit(40), .burst_bytes = 500'000}}, .loss = 0.5};
    Load load{link};
    CHECK(is_near(possible(load, 0s, 1s), 0.5 * (40e6 + 4e6), 1e-6));
    // Once the bucket is empty there is the rate alone, until it had time to fill again.
    load.offer(mbit(200), full_size, WorldTime{1s}, WorldTime{2s});
    CHECK(is_near(possible(load, 1500ms, 2s), 0.5 * 40e6, 1e-3));
    CHECK(is_near(possible(load, 2100ms, 3100ms), 0.5 * (40e6 + 4e6), 1e-3));
}

TEST_CASE("a shaper in front of a line allows a burst at the line's rate", "[link]") {
    Load load{LinkSpec{.rate = mbit(200), .shaper = TokenBucketSpec{mbit(100), 5'000'000}}};
    CHECK(is_near(possible(load, 0s, 400ms), 200e6, 1e-6));
    CHECK(is_near(possible(load, 0s, 2s), 100e6 + 40e6 / 2, 1e-6));
    load.offer(mbit(250), full_size, WorldTime{2s}, WorldTime{4s});
    load.run_until(WorldTime{4s});
    // What was offered in these two seconds was all that the link could take.
    for (const auto& [from, to] : {std::pair{2s, 2300ms}, {2s, 4s}, {3s, 4s}})
        CHECK(is_near(load.model().delivered(WorldTime{from}, WorldTime{to}).as_double(),
                      possible(load, from, to), 0.002));
}

TEST_CASE("a saturated link delivers what it could, however it varies", "[link]") {
    LinkSpec link{.rate = mbit(50), .overhead_bytes = 20, .delay = 20ms};
    link.fluctuation = {.sigma = 0.3, .correlation_time = 50ms};
    link.cross_traffic = {.share = 0.3, .on = 70ms, .off = 130ms};
    link.queue.bytes = 2'000'000;
    SECTION("packet by packet") {
        link.batch = 0ms;
    }
    SECTION("in batches") {
        link.batch = 8ms;
    }
    Load load{link, 4};
    load.offer(mbit(120), full_size, WorldTime{}, WorldTime{3s});
    for (const auto& [from, to] :
         {std::pair{100ms, 3000ms}, {500ms, 1000ms}, {1000ms, 1200ms}, {2500ms, 2900ms}}) {
        const double truth = possible(load, from, to);
        INFO(from.count() << " " << to.count() << " " << truth);
        // A batch more or less at each end.
        const double edge = to_seconds(link.batch + 1ms) / to_seconds(to - from);
        CHECK(is_near(load.model().delivered(WorldTime{from}, WorldTime{to}).as_double(), truth,
                      edge));
    }
}

TEST_CASE("what came out is counted in the millisecond in which it did", "[link]") {
    Load load{LinkSpec{.delay = 10ms}};
    load.offer(10, 1ms, {.bytes = 125}); // a megabit per second
    load.finish();
    const auto delivered = [&](Duration from, Duration to) {
        return load.model().delivered(WorldTime{from}, WorldTime{to});
    };
    CHECK(delivered(10ms, 20ms) == mbit(1));
    CHECK(delivered(0ms, 20ms) == kbit(500));
    CHECK(delivered(20ms, 30ms) == BitRate{0});
    CHECK(delivered(12ms, 13ms) == mbit(1));
    CHECK(delivered(0ms, 0ms) == BitRate{0});
}
