// The bytes that a probe may use.
#include "check.hpp"
#include "session/byte_budget.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr std::uint64_t megabyte = 1'000'000;

} // namespace

TEST_CASE("without a budget there is no limit, and nothing is ever over", "[session]") {
    ByteBudget budget{0};
    CHECK(budget.begin(12345, 1, 3s) == 0);
    CHECK_FALSE(budget.is_over(UINT64_MAX));
}

TEST_CASE("a direction may take its share, less what goes beside its load", "[session]") {
    ByteBudget budget{20 * megabyte};
    const std::uint64_t first = budget.begin(100'000, 1, 3s);
    CHECK(first > 9 * megabyte);
    CHECK(first + most_beside_a_load(3s) < 10 * megabyte);
    // What the first one has left over is there for the second.
    const std::uint64_t second = budget.begin(2 * megabyte, 0, 3s);
    CHECK(second > 16 * megabyte);
    CHECK(2 * megabyte + second + most_beside_a_load(3s) < 20 * megabyte);
}

TEST_CASE("a direction is over before it takes of what comes after it", "[session]") {
    ByteBudget budget{20 * megabyte};
    budget.begin(0, 1, 3s);
    CHECK_FALSE(budget.is_over(9 * megabyte));
    CHECK(budget.is_over(10 * megabyte));
}

TEST_CASE("with nothing left a load has a limit all the same", "[session]") {
    ByteBudget budget{megabyte};
    const std::uint64_t left = budget.begin(5 * megabyte, 0, 3s);
    CHECK(left == 1);
    CHECK(budget.is_over(5 * megabyte));
}

TEST_CASE("more directions, longer loads and more idle probes need a larger budget", "[session]") {
    const std::uint64_t least = least_bytes(1, 3s, 1s, 10ms);
    CHECK(least_bytes(2, 3s, 1s, 10ms) > least);
    CHECK(least_bytes(1, 10s, 1s, 10ms) > least);
    CHECK(least_bytes(1, 3s, 2s, 10ms) > least);
    // A direction that has the least budget has something to send.
    ByteBudget budget{least};
    CHECK(budget.begin(0, 0, 3s) > 100'000);
}
