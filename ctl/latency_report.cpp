#include "ctl/latency_report.hpp"

namespace wyn::ctl {

std::optional<Duration> LowestDelays::asymmetry() const {
    const Duration longer = up - down;
    const Duration bound = 2 * offset.bound;
    if (longer <= bound && -longer <= bound) return std::nullopt;
    return longer;
}

std::optional<LowestDelays> lowest_delays(const LatencyReport& report) {
    if (!report.summary || !report.summary->one_way.clocks) return std::nullopt;
    const stats::OneWayPicture& picture = report.summary->one_way;
    std::optional<stats::ClaimedOffset> claimed;
    if (report.outcome)
        claimed = stats::claimed_offset(report.outcome->near_clock, report.outcome->far_clock);
    LowestDelays lowest{
        .offset = stats::judge_offset(picture.clocks->offset, picture.clocks->bound, claimed)};
    lowest.up = *picture.up.lowest - lowest.offset.offset;
    lowest.down = *picture.down.lowest + lowest.offset.offset;
    return lowest;
}

std::optional<Failure> judge(const LatencyReport& report) {
    if (!report.outcome || !report.server) return std::nullopt;
    const session::LatencyOutcome& outcome = *report.outcome;
    // Whoever set no end ends it by hand: that is how it is meant.
    if (outcome.end == wire::End::interrupted && report.options.is_open_ended()) return {};
    return judge({.host = report.options.host,
                  .server = *report.server,
                  .ports = report.ports,
                  .port_reached = outcome.port_reached,
                  .network_error = outcome.network_error,
                  .end = outcome.end,
                  .terms = outcome.terms},
                 report.summary && report.summary->probes.sent > 0);
}

} // namespace wyn::ctl
