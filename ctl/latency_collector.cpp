#include "ctl/latency_collector.hpp"

#include "ctl/latency_events.hpp"
#include "ctl/latency_json.hpp"

namespace wyn::ctl {

void LatencyCollector::on_records(std::span<const stats::ProbeRecord> records) {
    std::vector<stats::LatencyEvent> events;
    for (const stats::ProbeRecord& record : records) {
        if (!interval_ends_) interval_ends_ = record.planned + interval_length;
        if (record.planned >= *interval_ends_) {
            close_interval();
            const Duration beyond = record.planned - *interval_ends_;
            *interval_ends_ += (beyond / interval_length + 1) * interval_length;
        }
        analysis_.record(record, events);
        if (options_.json_lines) print_(probe_as_json(record, wall_at(record.planned)));
        tell(events);
        events.clear();
    }
}

void LatencyCollector::finish() {
    std::vector<stats::LatencyEvent> events;
    analysis_.finish(events);
    tell(events);
    close_interval();
}

void LatencyCollector::tell(const std::vector<stats::LatencyEvent>& events) {
    for (const stats::LatencyEvent& event : events) {
        const WallTime when = wall_at(time_of(event));
        newest_event_ = event_as_text(event, when, style_);
        if (options_.log) print_(newest_event_);
        if (options_.json_lines) print_(event_as_json_line(event, when));
    }
}

void LatencyCollector::close_interval() {
    const auto interval = analysis_.take_interval();
    if (!interval) return;
    const PeakSeries::Cell cell{.highest = interval->probes.rtt.max(),
                                .lost = interval->probes.lost()};
    peaks_.add(cell);
    newest_cells_.push_back(cell);
    if (newest_cells_.size() > cells_shown) newest_cells_.erase(newest_cells_.begin());
    if (options_.json_lines) print_(interval_as_json(*interval, wall_at(interval->from)));
}

void LatencyCollector::report(LatencyReport& into) const {
    into.summary = analysis_.summary();
    into.newest = analysis_.newest();
    into.peaks = peaks_;
}

} // namespace wyn::ctl
