// What a load does to everybody else on its path: latency under load as numbers.
#pragma once

#include "clock/time.hpp"
#include "stats/histogram.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wyn::verdict {

// The scale that DSLReports, Waveform and LibreQoS share: by how much the mean round trip rises.
enum class Grade : std::uint8_t { a_plus, a, b, c, d, f };
std::string_view name(Grade grade); // "A+", "A", ... "F"
// Less than 5 ms A+, 30 A, 60 B, 200 C, 400 D, else F. A fall is A+.
Grade grade_of(Duration mean_increase);

// Round trips of small packets on a flow of their own, without load and beside one.
struct LoadLatency {
    Duration idle{}; // medians
    Duration loaded{};
    Duration added{}; // between the medians; negative when it was faster under load
    // What the grade goes by: mean under load, less the idle median.
    Duration mean_increase{};
    // 99th percentile under load, less the idle median; nothing below 1000 samples.
    std::optional<Duration> p99_increase;
    // What others wait while the load's queue stands, which a search keeps for the last part of its
    // time only: 95th percentile under load, less the idle median. A sign, of however few samples.
    Duration high_increase{};
    Duration highest{}; // of all under load, less the idle median
    // How far idle round trips vary by themselves: 90th percentile less median; nothing below 100
    // samples.
    std::optional<Duration> idle_spread;
    // Responsiveness: round trips of UDP one behind another, by the median under load. Not to be
    // compared with the RPM of draft-ietf-ippm-responsiveness, whose round trips are those of TCP,
    // TLS and HTTP.
    std::uint64_t round_trips_per_minute = 0;
    Grade grade = Grade::f;
};

// Nothing when either has fewer than the 20 samples that a median needs.
std::optional<LoadLatency> latency_under_load(const stats::Histogram& idle,
                                              const stats::Histogram& loaded);

// A probe as a whole is graded by the mean of both directions; nothing when one is missing.
std::optional<Grade> grade_of(const std::optional<LoadLatency>& down,
                              const std::optional<LoadLatency>& up);

// Whether queues on the path keep flows apart: `in_band` is by how much the load delays itself,
// `others` how it delays those. Nothing while the load delays itself by less than 5 ms, or when
// neither answer is clear.
std::optional<bool> has_flow_queueing(Duration in_band, const LoadLatency& others);

} // namespace wyn::verdict
