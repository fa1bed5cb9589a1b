// The highest round trip of each second of a measurement, as a curve to draw: at most 256 cells
// however long it takes.
#pragma once

#include "clock/time.hpp"
#include "ctl/style.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wyn::ctl {

class PeakSeries {
public:
    static constexpr std::size_t most_cells = 256;

    struct Cell {
        std::optional<Duration> highest; // nothing: nothing came back
        std::uint64_t lost = 0;

        void merge(const Cell& other);
        bool operator==(const Cell&) const = default;
    };

    // The next cell. When there are too many, neighbours are merged in pairs, and each lasts twice
    // as long from then on.
    void add(const Cell& cell);

    std::span<const Cell> cells() const { return std::span{cells_}.first(used_); }
    // How many of the cells that were added are in one.
    std::uint64_t merged() const { return merged_; }

private:
    std::array<Cell, most_cells> cells_{};
    std::size_t used_ = 0;
    std::uint64_t merged_ = 1;
    std::uint64_t in_last_ = 0; // added to the last cell so far
};

// As many bars as fit into `width`, from the lowest of all to the highest; a cross where something
// was lost, a blank where nothing is known.
std::string draw(const Style& style, std::span<const PeakSeries::Cell> cells, std::size_t width);

} // namespace wyn::ctl
