// Loss that does not care how much is sent.
#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// With fewer losses than these a ratio says next to nothing.
constexpr std::uint64_t few = 5;
constexpr std::uint64_t many = 10;
// A floor below this is that of any long path.
constexpr double ordinary_floor = 1e-4;

bool overlap(const Share& one, const Share& other) {
    const Interval a = interval_of(one);
    const Interval b = interval_of(other);
    return a.low <= b.high && b.low <= a.high;
}

// Two shares, of a low and of a high rate: they may be one and the same.
std::optional<Confidence> by_rates(const Load& load, const Share& high) {
    if (high.hits < many) return std::nullopt;
    if (const auto& low = load.low_rate_loss) {
        // Where the queue of a full path loses as well, what is lost at a low rate is lost anyway.
        const bool is_lost_anyway = overlap(*low, high) || low->ratio() >= noticeable_loss;
        if (low->hits < few || !is_lost_anyway) return std::nullopt;
        return low->hits >= many ? Confidence::high : Confidence::medium;
    }
    if (load.idle_loss && load.idle_loss->hits >= few && overlap(*load.idle_loss, high))
        return Confidence::medium;
    return std::nullopt;
}

// A search learns what is lost while the path is not full, and what is lost beyond that when it is.
std::optional<Confidence> by_floor(const Load& load, const Share& all) {
    if (!load.capacity || !load.capacity->loss_floor || all.hits < many) return std::nullopt;
    const double floor = *load.capacity->loss_floor;
    if (floor < ordinary_floor) return std::nullopt;
    const auto& excess = load.capacity->excess_loss;
    return excess && *excess <= std::max(floor, noticeable_loss) ? Confidence::high
                                                                 : Confidence::medium;
}

// Evidence that next to nothing is lost as long as less is sent.
bool is_clean_at_low_rates(const Load& load, const Share& high) {
    const auto& low = load.low_rate_loss;
    if (low && !overlap(*low, high) && low->ratio() < noticeable_loss) return true;
    return load.capacity && load.capacity->loss_floor &&
           *load.capacity->loss_floor < ordinary_floor;
}

} // namespace

std::optional<Finding> random_loss(const Evidence& /*evidence*/, const Load& load) {
    const auto whole = path_loss(load);
    if (!whole || whole->hits == 0 || !hosts_kept_up(load)) return std::nullopt;
    const Share high = load.high_rate_loss.value_or(*whole);
    if (is_clean_at_low_rates(load, high)) return std::nullopt;
    const auto rates = by_rates(load, high);
    const auto floor = by_floor(load, *whole);
    if (!rates && !floor) return std::nullopt;
    const double ratio = floor                ? *load.capacity->loss_floor
                         : load.low_rate_loss ? load.low_rate_loss->ratio()
                                              : high.ratio();
    Finding finding{.code = Code::random_loss,
                    .direction = load.direction,
                    .confidence =
                        std::max(rates.value_or(Confidence::low), floor.value_or(Confidence::low)),
                    .level = level_of_loss(ratio),
                    .advice = "Look for errors on the way: radio signal, optics, cables, duplex."};
    finding.sentence =
        fmt::format("The {} loses datagrams at any rate, also while the path is far from full.",
                    noun(load.direction));
    finding.evidence = {count_value("path_lost", whole->hits), count_value("sent", whole->trials)};
    if (load.capacity && load.capacity->loss_floor)
        finding.evidence.push_back(ratio_value("loss_floor", *load.capacity->loss_floor));
    if (load.capacity && load.capacity->excess_loss)
        finding.evidence.push_back(ratio_value("excess_loss", *load.capacity->excess_loss));
    const auto& low = load.low_rate_loss ? load.low_rate_loss : load.idle_loss;
    if (low && rates) {
        finding.evidence.push_back(count_value("lost_at_low_rate", low->hits));
        finding.evidence.push_back(count_value("sent_at_low_rate", low->trials));
    }
    return finding;
}

} // namespace wyn::verdict
