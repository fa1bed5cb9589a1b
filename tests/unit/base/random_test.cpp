#include "base/random.hpp"
#include "check.hpp"

#include <set>
#include <vector>

using namespace wyn;

namespace {

// Gives the same bytes again and again: for what is drawn from them.
class Constant final : public Random {
public:
    explicit Constant(std::vector<std::uint8_t> pattern) : pattern_{std::move(pattern)} {}
    void fill(std::span<std::uint8_t> out) override {
        for (std::uint8_t& byte : out)
            byte = pattern_[next_++ % pattern_.size()];
    }

private:
    std::vector<std::uint8_t> pattern_;
    std::size_t next_ = 0;
};

// Pearson's statistic of counts that should all be the same.
double chi_square(const std::vector<std::uint64_t>& counts, double expected) {
    double sum = 0;
    for (const std::uint64_t count : counts) {
        const double off = static_cast<double>(count) - expected;
        sum += off * off / expected;
    }
    return sum;
}

} // namespace

// Computed from the algorithm's published description with another program.
TEST_CASE("the seeded generator is xoshiro256**, seeded by splitmix64", "[base]") {
    SeededRandom zero{0};
    CHECK(zero.u64() == 0x99ec5f36cb75f2b4);
    CHECK(zero.u64() == 0xbf6e1f784956452a);
    CHECK(zero.u64() == 0x1a5f849d4933e6e0);
    CHECK(zero.u64() == 0x6aa594f1262d2d2c);
    SeededRandom other{12345};
    CHECK(other.u64() == 0xbe6a36374160d49b);
    CHECK(other.u64() == 0x214aaa0637a688c6);
}

TEST_CASE("a seed gives the same run again, and another seed another one", "[base]") {
    SeededRandom one{7};
    SeededRandom same{7};
    SeededRandom other{8};
    std::size_t differences = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t drawn = one.u64();
        CHECK(same.u64() == drawn);
        if (other.u64() != drawn) ++differences;
    }
    CHECK(differences == 1000);
}

TEST_CASE("any number of bytes is filled, and none beyond", "[base]") {
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<std::uint8_t> bytes(size + 1, 0);
        // Every byte is drawn to something else than 0 sooner or later.
        std::set<std::size_t> touched;
        SeededRandom random{size};
        for (int i = 0; i < 20; ++i) {
            random.fill(std::span{bytes}.first(size));
            for (std::size_t at = 0; at < bytes.size(); ++at)
                if (bytes[at] != 0) touched.insert(at);
        }
        CHECK(touched.size() == size);
        CHECK(bytes.back() == 0);
    }
}

TEST_CASE("numbers below a bound are as likely as each other", "[base]") {
    SeededRandom random{1};
    SECTION("for a small bound") {
        std::vector<std::uint64_t> counts(10);
        for (int i = 0; i < 100'000; ++i)
            ++counts.at(random.below(10));
        // 9 degrees of freedom: one in a thousand is above 27.9.
        CHECK(chi_square(counts, 10'000) < 27.9);
    }
    SECTION("for a bound that would make half of them twice as likely by the remainder") {
        constexpr std::uint64_t bound = std::uint64_t{3} << 62;
        std::vector<std::uint64_t> counts(3);
        for (int i = 0; i < 30'000; ++i)
            ++counts.at(random.below(bound) >> 62);
        CHECK(chi_square(counts, 10'000) < 13.8); // 2 degrees of freedom
    }
}

TEST_CASE("a bound is never reached, and 1 leaves only 0", "[base]") {
    SeededRandom random{1};
    for (int i = 0; i < 1000; ++i) {
        CHECK(random.below(1) == 0);
        CHECK(random.below(3) < 3);
        CHECK(random.below(~std::uint64_t{0}) < ~std::uint64_t{0});
    }
}

TEST_CASE("a draw that would favour small numbers is drawn again", "[base]") {
    // 2^64 mod 10 is 6: the values 0 to 5 are one more than their share.
    Constant zeros_then_seven{{0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0}};
    CHECK(zeros_then_seven.below(10) == 7);
}

TEST_CASE("the unit interval has 0 and not 1", "[base]") {
    Constant lowest{{0}};
    CHECK(lowest.unit() == 0.0);
    Constant highest{{0xff}};
    CHECK(highest.unit() < 1.0);
    CHECK(highest.unit() > 0.999999);
    SeededRandom random{1};
    double sum = 0;
    for (int i = 0; i < 10'000; ++i)
        sum += random.unit();
    CHECK(sum > 4900);
    CHECK(sum < 5100);
}

TEST_CASE("what has no chance never happens, and what is certain always does", "[base]") {
    SeededRandom random{1};
    int happened = 0;
    for (int i = 0; i < 10'000; ++i) {
        CHECK_FALSE(random.chance(0));
        CHECK(random.chance(1));
        happened += random.chance(0.3) ? 1 : 0;
    }
    CHECK(happened > 2800);
    CHECK(happened < 3200);
}

TEST_CASE("an array of bytes has its size", "[base]") {
    SeededRandom random{1};
    CHECK(random.bytes<16>().size() == 16);
    CHECK(random.bytes<16>() != random.bytes<16>());
}
