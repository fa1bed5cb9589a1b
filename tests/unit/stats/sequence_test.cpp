#include "base/random.hpp"
#include "check.hpp"
#include "stats/sequence.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <ostream>
#include <set>
#include <vector>

using namespace wyn;
using stats::Arrival;
using stats::SequenceCounts;
using stats::SequenceWindow;
using test::check_property;

namespace {

constexpr std::uint64_t window = SequenceWindow::window;
constexpr std::uint64_t last_number = std::numeric_limits<std::uint64_t>::max();

// The definitions, word for word, with all the memory they ask for.
class Oracle {
public:
    Arrival record(std::uint64_t sequence) {
        if (!seen_.empty() && sequence < *seen_.rbegin()) {
            const std::uint64_t behind = *seen_.rbegin() - sequence;
            if (behind >= window) return ++counts_.late, Arrival::too_old;
            if (!seen_.insert(sequence).second) return ++counts_.duplicates, Arrival::duplicate;
            ++counts_.reordered;
            counts_.largest_displacement = std::max(counts_.largest_displacement, behind);
            return Arrival::reordered;
        }
        if (!seen_.insert(sequence).second) return ++counts_.duplicates, Arrival::duplicate;
        return Arrival::in_order;
    }
    SequenceCounts counts() const {
        SequenceCounts all = counts_;
        all.received = seen_.size();
        if (!seen_.empty())
            all.expected = *seen_.rbegin() == last_number ? last_number : *seen_.rbegin() + 1;
        return all;
    }

private:
    std::set<std::uint64_t> seen_;
    SequenceCounts counts_;
};

// Where the stream goes next, seen from the highest number so far.
enum class Move : std::uint8_t {
    next,
    ahead_a_bit,
    behind_a_bit,
    at_the_edge,
    half_a_window_ahead,
    far_ahead
};

struct Step {
    Move move;
    std::uint64_t by;

    std::uint64_t from(std::uint64_t highest) const {
        switch (move) {
        case Move::next: return highest + 1;
        case Move::ahead_a_bit: return highest + by % 200;
        case Move::behind_a_bit: return highest - by % 200;
        case Move::at_the_edge: return highest - window - 3 + by % 6;
        case Move::half_a_window_ahead: return highest + window / 2 - 2 + by % 4;
        case Move::far_ahead: return highest + window - 2 + by % 100'000;
        }
        return 0;
    }
};
// How RapidCheck prints a counterexample.
std::ostream& operator<<(std::ostream& out, const Step& step) {
    return out << "move " << static_cast<int>(step.move) << " by " << step.by;
}

rc::Gen<std::vector<Step>> steps() {
    // Not too many far jumps: every one of them makes all that came before too old.
    const auto move = rc::gen::weightedElement<Move>({{10, Move::next},
                                                      {10, Move::ahead_a_bit},
                                                      {20, Move::behind_a_bit},
                                                      {4, Move::at_the_edge},
                                                      {2, Move::half_a_window_ahead},
                                                      {1, Move::far_ahead}});
    return rc::gen::container<std::vector<Step>>(
        rc::gen::map(rc::gen::pair(move, rc::gen::inRange<std::uint64_t>(0, 1'000'000)),
                     [](const std::pair<Move, std::uint64_t>& drawn) {
                         return Step{drawn.first, drawn.second};
                     }));
}

// Where a stream begins; from the last ones it runs over the end of the number range.
rc::Gen<std::uint64_t> beginnings() {
    return rc::gen::element<std::uint64_t>(0, 1, 63, window - 1, window, 1'000'000'007,
                                           std::uint64_t{1} << 63, last_number - 2 * window,
                                           last_number - 1000, last_number - 1, last_number);
}

// Both windows say the same about every number that they could have seen.
bool remember_the_same(SequenceWindow a, SequenceWindow b) {
    if (a.highest() != b.highest()) return false;
    if (!a.highest()) return true;
    const std::uint64_t highest = *a.highest();
    for (std::uint64_t behind = 0; behind <= std::min(highest, window + 1); ++behind)
        if (a.record(highest - behind) != b.record(highest - behind)) return false;
    return true;
}

} // namespace

TEST_CASE("an untouched window expects nothing and misses nothing", "[stats]") {
    const SequenceWindow sequence;
    CHECK(sequence.counts() == SequenceCounts{});
    CHECK_FALSE(sequence.highest());
    CHECK(sequence.missing() == 0);
}

TEST_CASE("each arrival is judged once and for all", "[stats]") {
    SequenceWindow sequence;
    CHECK(sequence.record(0) == Arrival::in_order);
    CHECK(sequence.record(1) == Arrival::in_order);
    CHECK(sequence.record(5) == Arrival::in_order);
    CHECK(sequence.missing() == 3);
    CHECK(sequence.record(3) == Arrival::reordered);
    CHECK(sequence.record(3) == Arrival::duplicate);
    CHECK(sequence.record(5) == Arrival::duplicate);
    CHECK(sequence.highest() == 5U);
    CHECK(sequence.expected() == 6);
    CHECK(sequence.received() == 4);
    CHECK(sequence.reordered() == 1);
    CHECK(sequence.duplicates() == 2);
    CHECK(sequence.late() == 0);
    CHECK(sequence.missing() == 2);
    CHECK(sequence.largest_displacement() == 2); // 3 came after 5
}

TEST_CASE("numbers before the first arrival are expected too", "[stats]") {
    SequenceWindow sequence;
    CHECK(sequence.record(10) == Arrival::in_order);
    CHECK(sequence.missing() == 10);
    CHECK(sequence.record(0) == Arrival::reordered);
    CHECK(sequence.missing() == 9);
    CHECK(sequence.largest_displacement() == 10);
}

TEST_CASE("the window is exactly as long as it says", "[stats]") {
    SequenceWindow sequence;
    sequence.record(1'000'000);
    CHECK(sequence.record(1'000'000 - window) == Arrival::too_old);
    CHECK(sequence.late() == 1);
    CHECK(sequence.record(1'000'000 - window + 1) == Arrival::reordered);
    CHECK(sequence.largest_displacement() == window - 1);
    CHECK(sequence.received() == 2);
    SECTION("and a number leaves it when the next one comes") {
        sequence.record(1'000'001);
        CHECK(sequence.record(1'000'000 - window + 1) == Arrival::too_old);
        CHECK(sequence.record(1'000'001) == Arrival::duplicate);
        CHECK(sequence.record(1'000'000) == Arrival::duplicate);
    }
}

TEST_CASE("a jump over the whole number range forgets all and costs one pass", "[stats]") {
    SequenceWindow sequence;
    sequence.record_run(0, 100'000);
    CHECK(sequence.record(last_number - 1) == Arrival::in_order);
    CHECK(sequence.missing() == last_number - 100'001);
    CHECK(sequence.record(99'999) == Arrival::too_old);
    CHECK(sequence.record(last_number - window) == Arrival::reordered);
    CHECK(sequence.record(last_number) == Arrival::in_order);
    CHECK(sequence.expected() == last_number); // 2^64 does not exist
    CHECK(sequence.record(0) == Arrival::too_old);
    CHECK(sequence.record(last_number) == Arrival::duplicate);
}

TEST_CASE("every arrival and every count agrees with a set of all numbers", "[stats]") {
    check_property("random walks around the highest number", [] {
        SequenceWindow sequence;
        Oracle oracle;
        const auto begin = *beginnings();
        RC_ASSERT(sequence.record(begin) == oracle.record(begin));
        for (const Step& step : *steps()) {
            const std::uint64_t number = step.from(*sequence.highest());
            RC_ASSERT(sequence.record(number) == oracle.record(number));
            RC_ASSERT(sequence.counts() == oracle.counts());
            RC_ASSERT(sequence.received() <= sequence.expected()); // so missing() is not negative
        }
    });
}

TEST_CASE("a run counts like its numbers one by one", "[stats]") {
    check_property("random runs around the highest number", [] {
        SequenceWindow by_runs;
        SequenceWindow one_by_one;
        std::uint64_t first = *beginnings();
        for (const Step& step : *steps()) {
            // Trains as they are, and now and then one that is longer than the window.
            const auto count = *rc::gen::weightedOneOf<std::uint32_t>(
                {{50, rc::gen::inRange<std::uint32_t>(0, 130)},
                 {1, rc::gen::inRange<std::uint32_t>(60'000, 140'000)}});
            by_runs.record_run(first, count);
            for (std::uint32_t i = 0; i < count; ++i)
                one_by_one.record(first + i);
            RC_ASSERT(by_runs.counts() == one_by_one.counts());
            first = step.from(by_runs.highest().value_or(first));
        }
        RC_ASSERT(remember_the_same(by_runs, one_by_one));
    });
}

TEST_CASE("a run that starts in the past and ends ahead is split where it must be", "[stats]") {
    SequenceWindow sequence;
    sequence.record_run(0, 200'000);
    sequence.record_run(100'000, 200'000);
    CHECK(sequence.received() == 300'000);
    CHECK(sequence.late() == 200'000 - window - 100'000);
    CHECK(sequence.duplicates() == window);
    CHECK(sequence.missing() == 0);
    CHECK(sequence.reordered() == 0);
}

TEST_CASE("the counts are the network's own ledger", "[stats]") {
    const auto seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3, 4, 5);
    SeededRandom random{seed};
    constexpr std::uint64_t sent = 30'000;
    struct InFlight {
        std::uint64_t due;
        std::uint64_t number;
    };
    std::vector<InFlight> path;
    std::uint64_t lost = 0;
    std::uint64_t copied = 0;
    for (std::uint64_t number = 0; number < sent; ++number) {
        if (number + 1 < sent && random.chance(0.05)) { // the last one is never lost: it is counted
            ++lost;
            continue;
        }
        path.push_back({number + (random.chance(0.1) ? random.below(3000) : 0), number});
        if (!random.chance(0.02)) continue;
        ++copied;
        path.push_back({number + random.below(3000), number});
    }
    std::stable_sort(path.begin(), path.end(),
                     [](const InFlight& a, const InFlight& b) { return a.due < b.due; });

    SequenceWindow sequence;
    std::uint64_t reordered = 0;
    std::uint64_t highest = 0;
    std::set<std::uint64_t> arrived;
    for (const InFlight& datagram : path) {
        if (arrived.insert(datagram.number).second && datagram.number < highest) ++reordered;
        highest = std::max(highest, datagram.number);
        sequence.record(datagram.number);
    }
    INFO("seed " << seed);
    CHECK(sequence.expected() == sent);
    CHECK(sequence.missing() == lost);
    CHECK(sequence.received() + lost == sent);
    CHECK(sequence.duplicates() == copied);
    CHECK(sequence.reordered() == reordered);
    CHECK(sequence.late() == 0);
    CHECK(sequence.largest_displacement() <= 3000);
}

TEST_CASE("the window tells which of its numbers came, and how long they stay alike", "[stats]") {
    SequenceWindow numbers;
    CHECK_FALSE(numbers.has(0));
    for (const std::uint64_t number : {3U, 4U, 5U, 200U, 201U})
        numbers.record(number);
    CHECK(numbers.has(3));
    CHECK_FALSE(numbers.has(6));
    CHECK_FALSE(numbers.has(202));
    CHECK(numbers.stretch(201, 1000) == 2);
    CHECK(numbers.stretch(199, 1000) == 194);
    CHECK(numbers.stretch(199, 100) == 100);
    CHECK(numbers.stretch(5, 1000) == 3);
    CHECK(numbers.stretch(2, 1000) == 3); // down to 0
    numbers.record(100 * window);
    CHECK_FALSE(numbers.has(201));
    CHECK(numbers.stretch(100 * window, 9) == 1);
    CHECK(numbers.stretch(100 * window - 1, 10 * window) == window - 1); // not behind the window
}

TEST_CASE("stretches are those of the numbers one by one", "[stats]") {
    check_property("random losses", [](std::uint32_t seed) {
        SeededRandom random{seed};
        SequenceWindow numbers;
        std::vector<bool> came(1000);
        const double chance = random.unit();
        for (std::size_t i = 0; i < came.size(); ++i)
            if (random.chance(chance)) {
                numbers.record(i);
                came[i] = true;
            }
        if (!numbers.highest()) return;
        for (std::uint64_t at = *numbers.highest() + 1; at > 0;) {
            --at;
            std::uint64_t expected = 1;
            while (expected <= at && came[at - expected] == came[at])
                ++expected;
            RC_ASSERT(numbers.stretch(at, 10'000) == expected);
        }
    });
}
