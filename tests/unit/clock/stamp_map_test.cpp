#include "check.hpp"
#include "clock/stamp_map.hpp"

#include <vector>

using namespace wyn;

namespace {

constexpr MonoTime mono{1000s};
constexpr WallTime wall{1'795'157'890s};

// A batch that begins after `readings`, which come one after the other; returns how many were used.
std::size_t observe(StampMap& map, const std::vector<StampMap::Reading>& readings) {
    std::size_t used = 0;
    map.begin_batch(readings.front().before, [&] {
        REQUIRE(used < readings.size());
        return readings[used++];
    });
    return used;
}

void observe(StampMap& map, MonoTime now, WallTime wall_now) {
    REQUIRE(observe(map, {{now, wall_now, now}}) == 1);
}

bool is_kernels(const Stamp& stamp, MonoTime time) {
    return stamp.origin == StampOrigin::kernel && stamp.time == time;
}
bool is_ours(const Stamp& stamp, MonoTime time) {
    return stamp.origin == StampOrigin::user && stamp.time == time;
}

} // namespace

TEST_CASE("a stamp of the wall clock lies as far back on the monotonic one", "[clock]") {
    StampMap map;
    observe(map, mono, wall);
    CHECK(is_kernels(map.place(wall), mono));
    CHECK(is_kernels(map.place(wall - 250us), mono - 250us));
    CHECK(is_kernels(map.place(wall - 1s), mono - 1s));
}

TEST_CASE("a stamp that cannot be right is replaced by the time of the batch", "[clock]") {
    StampMap map;
    observe(map, mono, wall);
    SECTION("one of the future") {
        CHECK(is_ours(map.place(wall + 1ns), mono));
        CHECK(is_ours(map.place(wall + 24h), mono));
    }
    SECTION("one that is more than a second old") {
        CHECK(is_ours(map.place(wall - 1s - 1ns), mono));
        CHECK(is_ours(map.place(WallTime{}), mono));
    }
    SECTION("one that is not there") {
        CHECK(is_ours(map.missing(), mono));
    }
}

TEST_CASE("before the first batch no stamp can be placed as the kernel's", "[clock]") {
    const StampMap map;
    CHECK(map.missing().origin == StampOrigin::user);
    CHECK(map.place(wall).origin == StampOrigin::user);
}

TEST_CASE("readings far apart are made good by those close together", "[clock]") {
    StampMap map;
    SECTION("when the wall clock was read late") {
        const std::vector<StampMap::Reading> late(5, {mono - 8ms, wall - 1ms, mono});
        CHECK(observe(map, late) == 5);                         // and gives up
        CHECK(is_kernels(map.place(wall - 10ms), mono - 13ms)); // 3 ms off, and cannot know it
    }
    SECTION("when it was read early") {
        observe(map, std::vector<StampMap::Reading>(5, {mono - 8ms, wall - 7ms, mono}));
        CHECK(is_kernels(map.place(wall - 10ms), mono - 7ms));
    }
    CHECK(observe(map, {{mono + 1s - 20ns, wall + 1s, mono + 1s + 20ns}}) == 1);
    CHECK(is_kernels(map.place(wall + 1s - 3us), mono + 1s - 3us));
    // A preemption: no step, and no error.
    CHECK(observe(map, {{mono + 2s - 50ms, wall + 2s - 1us, mono + 2s}}) == 1);
    CHECK(is_kernels(map.place(wall + 2s - 3us), mono + 2s - 3us));
}

TEST_CASE("a reading in which the processor was lost is followed by another at once", "[clock]") {
    StampMap map;
    CHECK(observe(map, {{mono - 8ms, wall - 7ms, mono},
                        {mono, wall + 2us, mono + 3us},
                        {mono + 3us, wall + 3us + 20ns, mono + 3us + 40ns}}) == 3);
    CHECK(is_kernels(map.place(wall - 3us), mono - 3us));
    CHECK(map.now() == mono + 3us + 40ns);
}

TEST_CASE("a step of the wall clock spoils the batch in which it happened, and no other",
          "[clock]") {
    for (const Duration step : {Duration{100ns}, Duration{-100ns}, Duration{1h}, Duration{-1h}}) {
        INFO(step.count());
        StampMap map;
        observe(map, mono, wall);
        // One reading: another would hide that there was a step.
        CHECK(observe(map, {{mono + 1s, wall + 1s + step, mono + 1s}}) == 1);
        CHECK(is_ours(map.place(wall + 1s + step), mono + 1s));
        CHECK(is_ours(map.place(wall + 1s), mono + 1s));
        observe(map, mono + 2s, wall + 2s + step);
        CHECK(is_kernels(map.place(wall + 2s + step - 3us), mono + 2s - 3us));
    }
}

TEST_CASE("the clocks are read again after a millisecond, and at first", "[clock]") {
    StampMap map;
    CHECK(observe(map, {{mono, wall, mono}}) == 1);
    const MonoTime later = mono + 999us;
    CHECK(observe(map, {{later, wall + 999us, later}}) == 0);
    CHECK(is_kernels(map.place(wall + 990us), mono + 990us));
    CHECK(is_ours(map.place(wall + 1100us), later)); // not yet
    CHECK(is_ours(map.missing(), later));
    CHECK(observe(map, {{mono + 1ms, wall + 1ms, mono + 1ms}}) == 1);
}
