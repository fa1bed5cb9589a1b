#include "check.hpp"
#include "clock/stamp_map.hpp"

using namespace wyn;

namespace {

constexpr MonoTime mono{1000s};
constexpr WallTime wall{1'795'157'890s};

bool is_kernels(const Stamp& stamp, MonoTime time) {
    return stamp.origin == StampOrigin::kernel && stamp.time == time;
}
bool is_ours(const Stamp& stamp, MonoTime time) {
    return stamp.origin == StampOrigin::user && stamp.time == time;
}

} // namespace

TEST_CASE("a stamp of the wall clock lies as far back on the monotonic one", "[clock]") {
    StampMap map;
    map.observe(mono, wall);
    CHECK(is_kernels(map.place(wall), mono));
    CHECK(is_kernels(map.place(wall - 250us), mono - 250us));
    CHECK(is_kernels(map.place(wall - 1s), mono - 1s));
}

TEST_CASE("a stamp that cannot be right is replaced by the time of the batch", "[clock]") {
    StampMap map;
    map.observe(mono, wall);
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

TEST_CASE("clocks that drift apart slowly are followed", "[clock]") {
    StampMap map;
    WallTime drifting = wall;
    for (int i = 0; i < 100; ++i) {
        const MonoTime now = mono + i * 10s;
        drifting += 10s + 4ms;
        map.observe(now, drifting);
        CHECK(is_kernels(map.place(drifting - 1ms), now - 1ms));
    }
}

TEST_CASE("a step of the wall clock spoils the batch in which it happened, and no other",
          "[clock]") {
    for (const Duration step : {Duration{6ms}, Duration{-6ms}, Duration{1h}, Duration{-1h}}) {
        INFO(step.count());
        StampMap map;
        map.observe(mono, wall);
        map.observe(mono + 1s, wall + 1s + step);
        CHECK(is_ours(map.place(wall + 1s + step), mono + 1s));
        CHECK(is_ours(map.place(wall + 1s), mono + 1s));
        map.observe(mono + 2s, wall + 2s + step);
        CHECK(is_kernels(map.place(wall + 2s + step - 3us), mono + 2s - 3us));
    }
}

TEST_CASE("a preemption between the two readings is no step", "[clock]") {
    StampMap map;
    map.observe(mono, wall);
    map.observe(mono + 1s, wall + 1s + 5ms);
    CHECK(is_kernels(map.place(wall + 1s + 5ms - 1us), mono + 1s - 1us));
    map.observe(mono + 2s, wall + 2s);
    CHECK(is_kernels(map.place(wall + 2s - 1us), mono + 2s - 1us));
}
