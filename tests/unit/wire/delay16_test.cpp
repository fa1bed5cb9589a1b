#include "base/random.hpp"
#include "check.hpp"
#include "wire/delay16.hpp"

#include <cstdint>
#include <limits>

using namespace wyn;
using namespace wyn::wire;

namespace {

constexpr std::int64_t largest = 4'395'899'027'456; // 2047 * 2^31 ns, 73 minutes

// Off by one part in 2048 at most, by nothing below 2048 ns.
bool is_close(std::int64_t delay_ns) {
    const std::int64_t back = duration_from(delay16_from(Duration{delay_ns})).count();
    const std::int64_t error = back > delay_ns ? back - delay_ns : delay_ns - back;
    return delay_ns < 2048 ? error == 0 : error <= delay_ns / 2048;
}

} // namespace

TEST_CASE("every code means a duration that is written as the same duration", "[wire]") {
    for (std::uint32_t code = 0; code <= 0xffff; ++code) {
        const auto delay16 = static_cast<std::uint16_t>(code);
        const Duration duration = duration_from(delay16);
        INFO(code << " is " << duration.count() << " ns");
        REQUIRE(duration.count() == static_cast<std::int64_t>(code & 0x7ff) << (code >> 11));
        const std::uint16_t again = delay16_from(duration);
        REQUIRE(duration_from(again) == duration);
        REQUIRE(again <= delay16); // the least exponent that will do
    }
}

TEST_CASE("a delay is off by one part in 2048 at most", "[wire]") {
    for (std::int64_t delay = 0; delay < 10'000; ++delay)
        REQUIRE(is_close(delay));
    // Around every power of two, where exponents change, and halfway between two codes.
    for (int power = 1; power <= 42; ++power)
        for (const std::int64_t around : {std::int64_t{1} << power, std::int64_t{3} << (power - 1)})
            for (std::int64_t off = -3; off <= 3; ++off) {
                INFO(around << " " << off);
                if (around + off >= 0 && around + off <= largest) REQUIRE(is_close(around + off));
            }
    SeededRandom random{16};
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t bound = std::uint64_t{1} << random.below(43);
        const auto delay = static_cast<std::int64_t>(random.below(bound));
        INFO(delay);
        if (delay <= largest) REQUIRE(is_close(delay));
    }
}

TEST_CASE("longer delays have larger codes", "[wire]") {
    SeededRandom random{17};
    for (int i = 0; i < 100'000; ++i) {
        const auto one = static_cast<std::int64_t>(random.u64() >> (1 + random.below(60)));
        const auto other = one + static_cast<std::int64_t>(random.below(1 << 20));
        if (other < one) continue; // past the end of 64 bits
        INFO(one << " and " << other);
        REQUIRE(delay16_from(Duration{one}) <= delay16_from(Duration{other}));
    }
}

TEST_CASE("what does not fit is the nearest that does", "[wire]") {
    CHECK(delay16_from(Duration{0}) == 0);
    CHECK(delay16_from(Duration{-1}) == 0);
    CHECK(delay16_from(Duration{std::numeric_limits<std::int64_t>::min()}) == 0);
    CHECK(delay16_from(Duration{largest}) == 0xffff);
    CHECK(delay16_from(Duration{largest + (1LL << 30)}) == 0xffff); // would round up and carry
    CHECK(delay16_from(Duration{largest * 2}) == 0xffff);
    CHECK(delay16_from(Duration{std::numeric_limits<std::int64_t>::max()}) == 0xffff);
    CHECK(duration_from(0xffff) == Duration{largest});
}

TEST_CASE("halves are rounded up", "[wire]") {
    CHECK(duration_from(delay16_from(Duration{2048})) == 2048ns);
    CHECK(duration_from(delay16_from(Duration{2049})) == 2050ns);
    CHECK(duration_from(delay16_from(Duration{4095})) == 4096ns); // carries into the exponent
    CHECK(duration_from(delay16_from(Duration{4098})) == 4100ns);
    CHECK(duration_from(delay16_from(Duration{4097})) == 4096ns);
}
