// Sorts the latency samples of a session into the phases of its probe: idle, and beside each load.
#pragma once

#include "session/probe_result.hpp"

#include <vector>

namespace wyn::session {

class LatencyPhases {
public:
    void on_news(const LatencyNews& news);

    // Adds to the result of a phase the samples that were sent within it. Those up to `until` are
    // then settled: they belong to this phase or to none.
    void keep_samples(LatencyResult& into, MonoTime from, MonoTime until);
    // The same, and the phase is over: what was counted since the one before is its own.
    void close(LatencyResult& into, MonoTime from, MonoTime until);

    // Zero before the first.
    Duration newest_rtt() const { return newest_rtt_; }

private:
    std::vector<LatencySample> pending_; // not yet in a result
    LatencyNews latest_;                 // its counts are of the whole session
    LatencyNews closed_;                 // those that belong to a phase already
    Duration newest_rtt_{};
};

} // namespace wyn::session
