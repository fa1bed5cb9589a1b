// Everything that one latency measurement has to tell, as a value: reports for people and for
// programs print it. Pure.
#pragma once

#include "ctl/peak_series.hpp"
#include "ctl/report.hpp"
#include "session/latency_connection.hpp"
#include "stats/clock_offset.hpp"
#include "stats/latency_analysis.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace wyn::ctl {

struct LatencyReport {
    LatencyOptions options;
    std::uint32_t seed = 0; // of the schedule
    std::optional<dgram::Endpoint> server;
    std::optional<dgram::Endpoint> local;
    std::string server_release;           // of its program; empty: not known
    std::uint64_t session = 0;            // 0: none was given
    std::array<std::uint16_t, 3> ports{}; // of the server, by session::PortRole
    WallTime start{};
    Duration took{};
    std::optional<session::LatencyOutcome> outcome; // nothing: no session
    std::optional<stats::LatencySummary> summary;   // nothing: no probe has a fate
    stats::OneWayDelays::Series newest;
    PeakSeries peaks;
    std::optional<Failure> failure;

    ExitCode exit_code() const { return failure ? failure->code : ExitCode::measured; }
    // All was measured that was asked for.
    bool complete() const { return outcome && summary && !failure; }
};

// The percentiles that are told, where the samples carry them.
struct NamedQuantile {
    std::string_view name; // "p99.9"
    std::string_view key;  // "p999"
    double q;
};
inline constexpr std::array<NamedQuantile, 4> told_quantiles{
    {{"p50", "p50", 0.5}, {"p90", "p90", 0.9}, {"p99", "p99", 0.99}, {"p99.9", "p999", 0.999}}};

// The lowest one-way delays with their bound.
struct LowestDelays {
    stats::ClockOffset offset;
    Duration up{};
    Duration down{};

    // How much longer the way up is; nothing when that could be nothing: each of the two is off by
    // up to the bound, in opposite senses.
    std::optional<Duration> asymmetry() const;
};
// Nothing when no fit was possible.
std::optional<LowestDelays> lowest_delays(const LatencyReport& report);

// What the end of a finished measurement means: nothing when all was measured that was asked for.
std::optional<Failure> judge(const LatencyReport& report);

} // namespace wyn::ctl
