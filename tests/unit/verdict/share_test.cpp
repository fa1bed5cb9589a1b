#include "check.hpp"
#include "unit/property.hpp"
#include "verdict/share.hpp"

using namespace wyn;
using namespace wyn::verdict;

TEST_CASE("no hit of n says less than 3/n", "[verdict]") {
    CHECK(interval_of({.hits = 0, .trials = 1000}).low == 0);
    CHECK(interval_of({.hits = 0, .trials = 1000}).high == Approx(0.003));
    CHECK(interval_of({.hits = 0, .trials = 2}).high == 1);
}

TEST_CASE("without a trial every share is possible", "[verdict]") {
    CHECK(interval_of({}).low == 0);
    CHECK(interval_of({}).high == 1);
    CHECK(Share{}.ratio() == 0);
}

// The figures were worked out from the formula.
TEST_CASE("the interval is Wilson's", "[verdict]") {
    const Interval twelve = interval_of({.hits = 12, .trials = 38'655});
    CHECK(twelve.low == Approx(1.776e-4).epsilon(0.01));
    CHECK(twelve.high == Approx(5.426e-4).epsilon(0.01));
    const Interval half = interval_of({.hits = 50, .trials = 100});
    CHECK(half.low == Approx(0.4038).epsilon(0.001));
    CHECK(half.high == Approx(0.5962).epsilon(0.001));
    CHECK(interval_of({.hits = 100, .trials = 100}).high == 1);
    CHECK(interval_of({.hits = 100, .trials = 100}).low == Approx(0.963).epsilon(0.001));
}

TEST_CASE("an interval holds its share, and narrows with more trials", "[verdict]") {
    test::check_property("any share", [] {
        const auto trials = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000);
        const auto hits = *rc::gen::inRange<std::uint64_t>(0, trials + 1);
        const Share share{.hits = hits, .trials = trials};
        const Interval interval = interval_of(share);
        RC_ASSERT(interval.low >= 0);
        RC_ASSERT(interval.high <= 1);
        RC_ASSERT(interval.contains(share.ratio()));
        const Interval more = interval_of({.hits = hits * 4, .trials = trials * 4});
        RC_ASSERT(more.high - more.low <= interval.high - interval.low + 1e-12);
    });
}
