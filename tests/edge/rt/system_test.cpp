#include "check.hpp"
#include "clock/system_clock.hpp"
#include "rt/rlimit.hpp"
#include "rt/system_random.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace wyn;

TEST_CASE("the kernel's random numbers do not repeat", "[rt]") {
    rt::SystemRandom first, second;
    std::set<std::uint64_t> drawn;
    for (int i = 0; i < 500; ++i) { // more than one refill of 256 bytes
        drawn.insert(first.u64());
        drawn.insert(second.u64());
    }
    CHECK(drawn.size() == 1000);
}

TEST_CASE("any length is filled completely", "[rt]") {
    rt::SystemRandom random;
    for (const std::size_t length : {1u, 255u, 256u, 257u, 5000u}) {
        std::vector<std::uint8_t> bytes(length, 0);
        random.fill(bytes);
        // A byte that stays 0 in 8 draws of a fair generator: once in 2^64.
        std::vector<std::uint8_t> seen(length, 0);
        for (int i = 0; i < 8; ++i) {
            random.fill(bytes);
            for (std::size_t at = 0; at < length; ++at)
                seen[at] = static_cast<std::uint8_t>(seen[at] | bytes[at]);
        }
        CHECK(std::ranges::find(seen, 0) == seen.end());
    }
    random.fill({});
}

TEST_CASE("bits are as often set as not", "[rt]") {
    rt::SystemRandom random;
    int set = 0;
    for (int i = 0; i < 10'000; ++i)
        set += std::popcount(random.u64());
    // 640000 fair bits: standard deviation 400, so 4000 is ten of them.
    CHECK(set > 316'000);
    CHECK(set < 324'000);
}

TEST_CASE("the descriptor limit is raised to the hard limit", "[rt]") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit lowered = before;
    lowered.rlim_cur = std::min<rlim_t>(before.rlim_max, 256);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
    CHECK(REQUIRE_OK(rt::raise_descriptor_limit()) == before.rlim_max);
    rlimit after{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
    CHECK(after.rlim_cur == before.rlim_max);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("the host's clocks are read together, and what is said of them can be", "[rt]") {
    const MonoTime before = mono_now();
    const WallTime wall_before = wall_now();
    const ClockReading first = read_clocks();
    const ClockReading second = read_clocks();
    CHECK(first.mono >= before);
    CHECK(first.mono <= mono_now());
    CHECK(std::chrono::abs(first.wall - wall_before) < 1s);
    CHECK(first.took > 0ns);
    CHECK(first.took < 100ms);
    // Steered by 10 % at most, whoever steers.
    const Duration mono = second.mono - first.mono;
    const Duration raw = second.raw - first.raw;
    CHECK(std::chrono::abs(mono - raw) <= mono / 10 + first.took + second.took);
    if (first.discipline.max_error) CHECK(*first.discipline.max_error < 16s);
}
