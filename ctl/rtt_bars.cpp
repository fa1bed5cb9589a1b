#include "ctl/rtt_bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace wyn::ctl {

namespace {

constexpr std::size_t bar_cells = 40;
constexpr std::size_t most_rows = 9;

// 1, 2 or 5 times a power of ten, not below the value.
Duration::rep round_number(Duration value) {
    Duration::rep power = 1;
    while (power * 10 <= value.count())
        power *= 10;
    for (const Duration::rep times : {1, 2, 5})
        if (times * power >= value.count()) return times * power;
    return 10 * power;
}

// The first range: such that a few hold most of the values, and the last one the highest of them.
// Values are known to within 1 %: ranges narrower than a few of that would show the histogram's own
// buckets.
Duration first_width(const stats::Histogram& rtt) {
    const Duration low = *rtt.min();
    const Duration bulk = (*rtt.quantile(0.9) - low) / 4;
    const Duration reach = (*rtt.max() - low) / (1 << (most_rows - 2));
    return Duration{round_number(std::max({bulk, reach, low / 32, Duration{1}}))};
}

std::string bar(double share, const Style& style) {
    static constexpr std::array<std::string_view, 7> parts{"▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto eighths =
        std::max<std::size_t>(static_cast<std::size_t>(std::lround(share * bar_cells * 8)), 1);
    std::string line;
    if (!style.unicode) return std::string((eighths + 7) / 8, '#');
    for (std::size_t i = 0; i < eighths / 8; ++i)
        line += "█";
    return eighths % 8 == 0 ? line : line + std::string{parts[eighths % 8 - 1]};
}

struct Range {
    Duration from{};
    std::uint64_t count = 0;
};

std::vector<Range> ranges_of(const stats::Histogram& rtt, Duration width) {
    std::vector<Range> ranges;
    Duration from = *rtt.min() / width * width;
    std::uint64_t before = 0;
    for (Duration step = width; before < rtt.ranked(); step = from - ranges.front().from) {
        const bool last = ranges.size() + 1 == most_rows || from + step > *rtt.max();
        const std::uint64_t up_to = last ? rtt.ranked() : rtt.below(from + step);
        ranges.push_back({from, up_to - before});
        before = up_to;
        from += step;
    }
    return ranges;
}

} // namespace

std::string rtt_bars(const stats::Histogram& rtt, const Style& style) {
    if (!rtt.enough_for(0.5)) return "";
    const Duration width = first_width(rtt);
    const auto ranges = ranges_of(rtt, width);
    const auto decimals = std::clamp(
        static_cast<int>(std::ceil(6 - std::log10(static_cast<double>(width.count())))), 0, 6);
    const std::uint64_t most = std::ranges::max_element(ranges, {}, &Range::count)->count;
    std::string text;
    for (const Range& range : ranges) {
        const std::string label = fmt::format("{:.{}f}", to_seconds(range.from) * 1e3, decimals);
        const double share = static_cast<double>(range.count) / static_cast<double>(most);
        text +=
            fmt::format("  {}  {} {:>11}\n", right(label, 10),
                        left(range.count == 0 ? "" : bar(share, style), bar_cells), range.count);
    }
    return text;
}

} // namespace wyn::ctl
