#include "verdict/load_latency.hpp"

#include <algorithm>

namespace wyn::verdict {

namespace {

// Below this the queue of a load cannot be told from the jitter of ordinary hosts.
constexpr Duration clear_queue = 5ms;
// A flow that waits for a quarter of a queue at most does not stand in it; one that waits for more
// than half of it does.
constexpr int not_in_it = 4;
constexpr int in_it = 2;

std::uint64_t trips_per_minute(Duration round_trip) {
    constexpr Duration minute = 60s;
    return static_cast<std::uint64_t>(minute / std::max(round_trip, Duration{1}));
}

} // namespace

std::string_view name(Grade grade) {
    switch (grade) {
    case Grade::a_plus: return "A+";
    case Grade::a: return "A";
    case Grade::b: return "B";
    case Grade::c: return "C";
    case Grade::d: return "D";
    case Grade::f: return "F";
    }
    return "F";
}

Grade grade_of(Duration mean_increase) {
    if (mean_increase < 5ms) return Grade::a_plus;
    if (mean_increase < 30ms) return Grade::a;
    if (mean_increase < 60ms) return Grade::b;
    if (mean_increase < 200ms) return Grade::c;
    if (mean_increase < 400ms) return Grade::d;
    return Grade::f;
}

std::optional<LoadLatency> latency_under_load(const stats::Histogram& idle,
                                              const stats::Histogram& loaded) {
    if (!idle.enough_for(0.5) || !loaded.enough_for(0.5)) return std::nullopt;
    LoadLatency latency{.idle = *idle.quantile(0.5), .loaded = *loaded.quantile(0.5)};
    latency.added = latency.loaded - latency.idle;
    latency.mean_increase = *loaded.mean() - latency.idle;
    latency.high_increase = *loaded.quantile(0.95) - latency.idle;
    latency.highest = *loaded.max() - latency.idle;
    if (loaded.enough_for(0.99)) latency.p99_increase = *loaded.quantile(0.99) - latency.idle;
    if (idle.enough_for(0.9)) latency.idle_spread = *idle.quantile(0.9) - latency.idle;
    latency.round_trips_per_minute = trips_per_minute(latency.loaded);
    latency.grade = grade_of(latency.mean_increase);
    return latency;
}

std::optional<Grade> grade_of(const std::optional<LoadLatency>& down,
                              const std::optional<LoadLatency>& up) {
    if (!down || !up) return std::nullopt;
    return grade_of((down->mean_increase + up->mean_increase) / 2);
}

std::optional<bool> has_flow_queueing(Duration in_band, const LoadLatency& others) {
    if (in_band < clear_queue) return std::nullopt;
    if (others.high_increase <= in_band / not_in_it) return true;
    if (others.added >= in_band / in_it) return false;
    return std::nullopt;
}

} // namespace wyn::verdict
