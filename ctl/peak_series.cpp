#include "ctl/peak_series.hpp"

#include <algorithm>
#include <vector>

namespace wyn::ctl {

void PeakSeries::Cell::merge(const Cell& other) {
    lost += other.lost;
    if (other.highest) highest = std::max(highest.value_or(*other.highest), *other.highest);
}

void PeakSeries::add(const Cell& cell) {
    if (used_ > 0 && in_last_ < merged_) {
        cells_[used_ - 1].merge(cell);
        ++in_last_;
        return;
    }
    if (used_ == most_cells) {
        for (std::size_t i = 0; i < most_cells / 2; ++i) {
            cells_[i] = cells_[2 * i];
            cells_[i].merge(cells_[2 * i + 1]);
        }
        used_ = most_cells / 2;
        merged_ *= 2;
    }
    cells_[used_++] = cell;
    in_last_ = 1;
}

std::string draw(const Style& style, std::span<const PeakSeries::Cell> cells, std::size_t width) {
    const std::size_t shown = std::min(width, cells.size());
    std::vector<PeakSeries::Cell> bars(shown);
    for (std::size_t i = 0; i < cells.size(); ++i)
        bars[i * shown / cells.size()].merge(cells[i]);
    Duration low = Duration::max();
    Duration high = Duration::zero();
    for (const PeakSeries::Cell& bar : bars) {
        low = std::min(low, bar.highest.value_or(low));
        high = std::max(high, bar.highest.value_or(high));
    }
    const double top = high > low ? to_seconds(high - low) : 1;
    std::string line;
    for (const PeakSeries::Cell& bar : bars) {
        const double above = bar.highest ? to_seconds(*bar.highest - low) : 0;
        if (bar.lost > 0)
            line += painted(style, Ink::red, glyphs(style).times);
        else
            line += bar.highest ? sparkline(style, {&above, 1}, top) : " ";
    }
    return line;
}

} // namespace wyn::ctl
