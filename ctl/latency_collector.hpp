// Takes the records of a latency measurement as they settle: analyses them, keeps what is drawn of
// each second, and prints what is wanted at once, event by event or probe by probe. Pure; in fixed
// memory.
#pragma once

#include "ctl/latency_report.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace wyn::ctl {

class LatencyCollector {
public:
    using PrintLine = std::move_only_function<void(const std::string&)>;

    // The measurement began at `start` of the wall clock and `began` of ours. Lines for --log and
    // --json-lines go to `print`, without their ends.
    LatencyCollector(const LatencyOptions& options, const Style& style, WallTime start,
                     MonoTime began, PrintLine print)
        : options_{options}, style_{style}, start_{start}, began_{began}, print_{std::move(print)} {
    }

    void on_records(std::span<const stats::ProbeRecord> records);
    // No record follows.
    void finish();

    // What has been measured so far.
    void report(LatencyReport& into) const;

    // For a live display: the newest minute, the newest event as text ("": none yet).
    std::span<const PeakSeries::Cell> newest_cells() const { return newest_cells_; }
    const std::string& newest_event() const { return newest_event_; }

private:
    static constexpr Duration interval_length = 1s;
    static constexpr std::size_t cells_shown = 60;

    WallTime wall_at(MonoTime time) const { return start_ + (time - began_); }
    void tell(const std::vector<stats::LatencyEvent>& events);
    void close_interval();

    LatencyOptions options_;
    Style style_;
    WallTime start_;
    MonoTime began_;
    PrintLine print_;
    stats::LatencyAnalysis analysis_;
    std::optional<MonoTime> interval_ends_;
    PeakSeries peaks_;
    std::vector<PeakSeries::Cell> newest_cells_;
    std::string newest_event_;
};

} // namespace wyn::ctl
