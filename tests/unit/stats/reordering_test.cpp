#include "base/random.hpp"
#include "check.hpp"
#include "stats/reordering.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

using namespace wyn;
using stats::Displacement;
using stats::Reordering;
using stats::ReorderingCounts;
using test::check_property;

namespace {

MonoTime at(Duration since) {
    return MonoTime{1000s + since};
}

// Datagrams 0, 1, 2, ... sent every millisecond; `arrivals` lists them as they came, one a
// millisecond.
std::vector<stats::Passage> passages(const std::vector<std::uint64_t>& arrivals) {
    std::vector<stats::Passage> made;
    for (std::size_t i = 0; i < arrivals.size(); ++i)
        made.push_back({.number = arrivals[i],
                        .at = at(static_cast<int>(arrivals[i]) * 1ms),
                        .order = static_cast<std::int64_t>(arrivals[i]),
                        .arrived = at(static_cast<int>(i) * 1ms)});
    std::ranges::sort(made, {}, &stats::Passage::number);
    return made;
}

struct Judged {
    ReorderingCounts counts;
    std::map<std::uint64_t, Displacement> displacements;
};

// Fed until all are judged: by what comes in order long after.
Judged judge(const std::vector<stats::Passage>& made) {
    Judged judged;
    Reordering order;
    const auto note = [&judged](const Displacement& found) {
        judged.displacements[found.number] = found;
    };
    for (const stats::Passage& passage : made)
        order.record(passage, note);
    judged.counts = order.counts();
    order.record({.number = 1'000'000, .at = at(10000s), .order = 1'000'000, .arrived = at(10000s)},
                 note);
    return judged;
}

// The definitions of RFC 4737 over the list of arrivals.
struct ByDefinition {
    std::uint64_t extent = 0;
    std::uint64_t n = 0;
};
std::map<std::uint64_t, ByDefinition> by_definition(const std::vector<std::uint64_t>& s) {
    std::map<std::uint64_t, ByDefinition> reordered;
    std::uint64_t next_expected = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] >= next_expected) { // section 3.3
            next_expected = s[i] + 1;
            continue;
        }
        ByDefinition found;
        std::size_t j = 0; // section 4.2.3: the earliest with a larger number
        while (s[j] <= s[i])
            ++j;
        found.extent = i - j;
        while (found.n < i && s[i - found.n - 1] > s[i]) // section 5.3
            ++found.n;
        reordered[s[i]] = found;
    }
    return reordered;
}

} // namespace

TEST_CASE("what comes in order is not reordered", "[stats]") {
    const auto judged = judge(passages({0, 1, 2, 5, 6, 9}));
    CHECK(judged.counts.received == 6);
    CHECK(judged.counts.reordered == 0);
    CHECK(judged.counts.ratio() == 0.0);
    CHECK(judged.displacements.empty());
    CHECK_FALSE(ReorderingCounts{}.ratio());
}

TEST_CASE("a datagram that was overtaken is reordered, and not those that overtook it", "[stats]") {
    // RFC 4737 section 7.1's shape: 4 comes after 5, 6 and 7.
    const auto judged = judge(passages({1, 2, 3, 5, 6, 7, 4, 8}));
    CHECK(judged.counts.received == 8);
    CHECK(judged.counts.reordered == 1);
    REQUIRE(judged.displacements.contains(4));
    const Displacement& found = judged.displacements.at(4);
    CHECK(found.extent == 3);
    CHECK(found.late == 3ms);
    CHECK(found.successors_before == 3);
    CHECK(found.at == at(4ms));
    CHECK(judged.counts.reordered_by_3 == 1);
    CHECK(judged.counts.largest_extent == 3);
    CHECK(judged.counts.latest == 3ms);
}

TEST_CASE("a datagram among others that came late too is displaced by fewer", "[stats]") {
    // 3 came right after 2, which was late as well: nothing larger stands before it.
    const auto judged = judge(passages({0, 1, 4, 5, 2, 3}));
    CHECK(judged.counts.reordered == 2);
    CHECK(judged.displacements.at(2).extent == 2);
    CHECK(judged.displacements.at(2).successors_before == 2);
    CHECK(judged.displacements.at(3).extent == 3);
    CHECK(judged.displacements.at(3).successors_before == 0);
    CHECK(judged.counts.reordered_by_3 == 0);
}

TEST_CASE("datagrams of one and the same time are in order", "[stats]") {
    Reordering order;
    for (std::uint64_t i = 0; i < 10; ++i)
        order.record(
            {.number = i, .at = at(0s), .order = static_cast<std::int64_t>(i), .arrived = at(1s)});
    CHECK(order.counts().reordered == 0);
}

TEST_CASE("the order may be that of another clock than the numbers'", "[stats]") {
    // Overtaken on the way there: the server answered 1 before 0, and so they came back. On the way
    // back nothing was overtaken.
    Reordering back;
    back.record({.number = 0, .at = at(0ms), .order = 2000, .arrived = at(30ms)});
    back.record({.number = 1, .at = at(10ms), .order = 1000, .arrived = at(20ms)});
    CHECK(back.counts().reordered == 0);
    // And now 1, answered later, comes back first: it is 0 that was overtaken.
    back.record({.number = 2, .at = at(20ms), .order = 4000, .arrived = at(60ms)});
    back.record({.number = 3, .at = at(30ms), .order = 3000, .arrived = at(70ms)});
    CHECK(back.counts().reordered == 1);
}

TEST_CASE("any order of arrivals is judged as RFC 4737 defines it", "[stats]") {
    check_property("any shuffle of neighbours", [] {
        SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
        const auto count = *rc::gen::inRange<std::size_t>(1, 400);
        const auto reach = *rc::gen::inRange<std::uint64_t>(1, 60);
        std::vector<std::uint64_t> numbers(count);
        std::iota(numbers.begin(), numbers.end(), 0U);
        std::erase_if(numbers, [&](std::uint64_t) { return random.chance(0.1); }); // lost ones
        std::vector<std::pair<std::uint64_t, std::uint64_t>> keyed;
        for (const std::uint64_t number : numbers)
            keyed.emplace_back(number + (random.chance(0.3) ? random.below(reach) : 0), number);
        std::ranges::stable_sort(keyed);
        std::vector<std::uint64_t> arrivals;
        for (const auto& [_, number] : keyed)
            arrivals.push_back(number);
        const auto expected = by_definition(arrivals);
        const auto judged = judge(passages(arrivals));
        RC_ASSERT(judged.counts.received == arrivals.size());
        RC_ASSERT(judged.counts.reordered == expected.size());
        RC_ASSERT(judged.displacements.size() == expected.size());
        std::uint64_t largest = 0;
        std::uint64_t by_3 = 0;
        for (const auto& [number, wanted] : expected) {
            const Displacement& found = judged.displacements.at(number);
            RC_ASSERT(found.extent == wanted.extent);
            RC_ASSERT(found.successors_before == wanted.n);
            RC_ASSERT(found.late == static_cast<int>(wanted.extent) * 1ms);
            largest = std::max(largest, wanted.extent);
            by_3 += wanted.n >= 3 ? 1U : 0U;
        }
        RC_ASSERT(judged.counts.largest_extent == largest);
        RC_ASSERT(judged.counts.reordered_by_3 == by_3);
    });
}

TEST_CASE("a displacement beyond the window costs no more memory and breaks nothing", "[stats]") {
    Reordering order;
    const auto in_window = static_cast<std::int64_t>(Reordering::window);
    for (std::int64_t i = 0; i < 5 * in_window; ++i) {
        const bool held_back = i == in_window;
        order.record({.number = static_cast<std::uint64_t>(i),
                      .at = at(i * 1us),
                      .order = i,
                      .arrived = at((held_back ? i + 4 * in_window : i) * 1us)});
    }
    const auto counts = order.counts();
    CHECK(counts.received == 5 * Reordering::window);
    CHECK(counts.reordered == 1);
    CHECK(counts.largest_extent == Reordering::window); // of 4 windows, what was in sight
}

TEST_CASE("hostile times overflow nothing", "[stats]") {
    Reordering order;
    for (int i = 0; i < 3000; ++i)
        order.record({.number = static_cast<std::uint64_t>(i),
                      .at = at(i * 1ms),
                      .order = i % 3 == 0 ? std::numeric_limits<std::int64_t>::min()
                                          : std::numeric_limits<std::int64_t>::max() - i,
                      .arrived = i % 2 == 0 ? MonoTime::min() : MonoTime::max()});
    CHECK(order.counts().received == 3000);
    CHECK(order.counts().latest == Duration::max());
}
