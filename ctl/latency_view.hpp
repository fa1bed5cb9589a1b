// The live picture of a latency measurement: some fifteen lines, redrawn in place. Pure.
#pragma once

#include "ctl/latency_collector.hpp"

#include <string>
#include <vector>

namespace wyn::ctl {

class LatencyView {
public:
    // `target` names whom is measured and whence; `width` is that of the terminal.
    LatencyView(std::string target, const Style& style, std::size_t width)
        : target_{std::move(target)}, style_{style}, width_{width} {}

    // None is longer than the width. `planned`: how long it takes; zero: until it is interrupted.
    std::vector<std::string> lines(const stats::LatencySummary& summary,
                                   const session::LatencyProgress& progress,
                                   const LatencyCollector& collector, Duration planned) const;

private:
    std::string bar(const session::LatencyProgress& progress, Duration planned) const;

    std::string target_;
    Style style_;
    std::size_t width_;
};

} // namespace wyn::ctl
