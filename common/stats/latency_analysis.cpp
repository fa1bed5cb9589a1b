#include "stats/latency_analysis.hpp"

#include <algorithm>
#include <utility>

namespace wyn::stats {

namespace {

// Times since a host's start. With less than 2^59 ns (18 years) no sum or difference of those that
// are computed here overflows.
bool is_plausible(MonoTime time) noexcept {
    constexpr Duration most{std::int64_t{1} << 59};
    return time.time_since_epoch() > -most && time.time_since_epoch() < most;
}

bool is_plausible(const ProbeRecord& probe) noexcept {
    for (const MonoTime time :
         {probe.sent.time, probe.far_received.time, probe.far_sent.time, probe.received.time,
          probe.planned, probe.handed, probe.read, probe.far_handed})
        if (!is_plausible(time)) return false;
    return probe.far_sent.time >= probe.far_received.time &&
           probe.received.time >= probe.sent.time && probe.rtt() >= Duration::zero();
}

bool is_kernel(const Stamp& stamp) noexcept {
    return stamp.origin == StampOrigin::kernel;
}

Way way_of(ProbeFate fate) noexcept {
    if (fate == ProbeFate::lost_there) return Way::up;
    return fate == ProbeFate::lost_back ? Way::down : Way::unknown;
}

void tally(const ProbeRecord& probe, ProbeTally& into) noexcept {
    ++into.sent;
    switch (probe.fate) {
    case ProbeFate::pending: break;
    case ProbeFate::returned:
        ++into.returned;
        into.duplicated += probe.duplicates > 0 ? 1U : 0U;
        into.copies += probe.duplicates;
        if (is_plausible(probe))
            into.rtt.record(probe.rtt());
        else
            ++into.implausible;
        break;
    case ProbeFate::lost_there: ++into.lost_up; break;
    case ProbeFate::lost_back: ++into.lost_down; break;
    case ProbeFate::lost: ++into.lost_unknown; break;
    }
}

// Which direction has three quarters of the step or more. What the clocks drifted meanwhile is in
// both of its one-way parts.
Way way_of(const DelayStep& step, double skew) noexcept {
    const double drift = skew * static_cast<double>(step.apart.count());
    const double all = static_cast<double>((step.to - step.from).count());
    constexpr double most_of_it = 0.75;
    if ((static_cast<double>(step.there.count()) - drift) / all >= most_of_it) return Way::up;
    if ((static_cast<double>(step.back.count()) + drift) / all >= most_of_it) return Way::down;
    return Way::unknown;
}

} // namespace

void LatencyAnalysis::record(const ProbeRecord& probe, std::vector<LatencyEvent>& events) {
    if (probe.fate == ProbeFate::pending) return;
    if (!interval_) interval_ = LatencyInterval{.from = probe.planned, .until = {}, .probes = {}};
    interval_->until = probe.planned;
    tally(probe, all_);
    tally(probe, interval_->probes);
    record_loss(probe, events);
    if (probe.fate == ProbeFate::returned && !is_plausible(probe)) return;
    host_.add(probe);
    if (probe.fate == ProbeFate::returned) record_return(probe, events);
}

void LatencyAnalysis::finish(std::vector<LatencyEvent>& events) {
    if (const auto event = runs_.finish()) events.push_back(*event);
}

void LatencyAnalysis::record_loss(const ProbeRecord& probe, std::vector<LatencyEvent>& events) {
    const bool returned = probe.fate == ProbeFate::returned;
    round_trip_.record(!returned);
    if (probe.fate == ProbeFate::lost) {
        up_.record_unknown();
        down_.record_unknown();
    } else {
        up_.record(probe.fate == ProbeFate::lost_there);
        if (probe.fate != ProbeFate::lost_there) down_.record(!returned);
    }
    const auto event = returned ? runs_.on_returned(probe.planned)
                                : runs_.on_lost(probe.number, probe.planned, way_of(probe.fate));
    if (event) events.push_back(*event);
}

void LatencyAnalysis::record_return(const ProbeRecord& probe, std::vector<LatencyEvent>& events) {
    newest_rtt_ = probe.rtt();
    record_order(probe, events);
    record_delays(probe, events);
    count_stamps(probe);
}

void LatencyAnalysis::record_order(const ProbeRecord& probe, std::vector<LatencyEvent>& events) {
    Passage passage{.number = probe.number,
                    .at = probe.sent.time,
                    .order = probe.number,
                    .arrived = probe.far_received.time};
    order_up_.record(passage, [&events](const Displacement& found) {
        events.emplace_back(Reordered{.way = Way::up, .displacement = found});
    });
    passage.order = probe.far_sent.time.time_since_epoch().count();
    passage.arrived = probe.received.time;
    order_down_.record(passage, [&events](const Displacement& found) {
        events.emplace_back(Reordered{.way = Way::down, .displacement = found});
    });
}

void LatencyAnalysis::record_delays(const ProbeRecord& probe, std::vector<LatencyEvent>& events) {
    const OneWaySample sample{.number = probe.number,
                              .sent = probe.sent.time,
                              .received = probe.received.time,
                              .there = probe.there(),
                              .back = probe.back()};
    if (const auto step = one_way_.record(sample)) {
        level_.forget_directions();
        events.emplace_back(
            ClockStep{.at = probe.sent.time, .number = step->before_number, .size = step->size});
    }
    if (const auto step = level_.record(sample)) {
        ++delay_shifts_;
        events.emplace_back(DelayShift{.step = *step, .way = way_of(*step, one_way_.skew())});
    }
}

void LatencyAnalysis::count_stamps(const ProbeRecord& probe) noexcept {
    ++stamps_.probes;
    stamps_.sent += is_kernel(probe.sent) ? 1U : 0U;
    stamps_.far_received += is_kernel(probe.far_received) ? 1U : 0U;
    stamps_.far_sent += is_kernel(probe.far_sent) ? 1U : 0U;
    stamps_.received += is_kernel(probe.received) ? 1U : 0U;
}

LatencySummary LatencyAnalysis::summary() const {
    return {.probes = all_,
            .newest_rtt = newest_rtt_,
            .round_trip = round_trip_,
            .up = up_,
            .down = down_,
            .outages = runs_.outages(),
            .longest_outage = runs_.longest_outage(),
            .reordering_up = order_up_.counts(),
            .reordering_down = order_down_.counts(),
            .one_way = one_way_.picture(),
            .delay_shifts = delay_shifts_,
            .host = host_,
            .stamps = stamps_};
}

std::optional<LatencyInterval> LatencyAnalysis::take_interval() {
    return std::exchange(interval_, std::nullopt);
}

} // namespace wyn::stats
