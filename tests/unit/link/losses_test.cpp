// Losses against their distributions. The bounds are five standard deviations wide.
#include "unit/link/load.hpp"

#include <cmath>

using namespace wyn;
using namespace wyn::link;

namespace {

constexpr std::size_t many = 200'000;

Summary summary_of(const LinkSpec& link) {
    Load load{link};
    load.offer(many, 1us, {.bytes = 100});
    load.finish();
    return load.model().summary();
}

// So many of `many`, if each has this chance by itself.
bool fits(std::uint64_t count, double chance) {
    const double expected = many * chance;
    INFO(count << " of " << expected);
    const double bound = 5 * std::sqrt(many * chance * (1 - chance));
    CHECK(std::abs(static_cast<double>(count) - expected) < bound);
    return true;
}

} // namespace

TEST_CASE("chances are met: loss before and behind the line, copies, damage, marks", "[link]") {
    fits(summary_of({.loss = 0.03}).of(Fate::lost), 0.03);
    fits(summary_of({.loss_after = 0.03}).of(Fate::lost_after), 0.03);
    fits(summary_of({.duplicate = 0.02}).copies, 0.02);
    fits(summary_of({.corrupt = 0.01}).corrupted, 0.01);
    Load load{LinkSpec{.mark_ecn = 0.05}};
    load.offer(many, 1us, {.bytes = 100, .traffic_class = 2});
    fits(load.model().summary().marked, 0.05);
}

TEST_CASE("losses by chance do not come in bursts", "[link]") {
    Load load{LinkSpec{.loss = 0.1}};
    load.offer(many, 1us, {.bytes = 100});
    std::uint64_t neighbours = 0;
    const std::vector<Record> lost = load.with(Fate::lost);
    for (std::size_t i = 1; i < lost.size(); ++i)
        neighbours += lost[i].number == lost[i - 1].number + 1 ? 1U : 0U;
    fits(neighbours, 0.01);
}

TEST_CASE("bursts have the share and the mean length of Gilbert's model", "[link]") {
    // In the long run enter / (enter + leave) of all packets meet the bad state, for 1 / leave of
    // them in a row.
    Load load{LinkSpec{.bursts = {.enter = 0.01, .leave = 0.2, .loss = 1}}};
    load.offer(many, 1us, {.bytes = 100});
    const std::vector<Record> lost = load.with(Fate::lost_burst);
    std::uint64_t bursts = 1;
    for (std::size_t i = 1; i < lost.size(); ++i)
        bursts += lost[i].number == lost[i - 1].number + 1 ? 0U : 1U;
    const double share = 0.01 / 0.21;
    // Neighbours are correlated by 1 - enter - leave = 0.79, which widens the bound (1.79 / 0.21).
    const double deviation = std::sqrt(many * share * (1 - share) * 1.79 / 0.21);
    CHECK(std::abs(static_cast<double>(lost.size()) - many * share) < 5 * deviation);
    // Lengths are geometric: deviation sqrt(1 - leave) / leave of each.
    const double mean = static_cast<double>(lost.size()) / static_cast<double>(bursts);
    CHECK(std::abs(mean - 5) < 5 * std::sqrt(0.8) / 0.2 / std::sqrt(static_cast<double>(bursts)));
}

TEST_CASE("the bad state loses as many as it is told to", "[link]") {
    const Summary summary = summary_of({.bursts = {.enter = 0.05, .leave = 0.05, .loss = 0.4}});
    CHECK(is_near(static_cast<double>(summary.of(Fate::lost_burst)), many * 0.5 * 0.4, 0.05));
}
