// Sorts the latency probes of a session into the phases of its plan: idle, and beside each load.
#pragma once

#include "session/probe_result.hpp"

#include <vector>

namespace wyn::session {

class LatencyPhases {
public:
    void on_news(const LatencyNews& news);

    // Adds to the result of a phase the probes that were sent within it. Those up to `until` are
    // then settled: they belong to this phase or to none.
    void keep(LatencyResult& into, MonoTime from, MonoTime until);
    // No probe is under way any more, nor will be sent.
    bool over() const { return over_; }
    void begin() { over_ = false; }

    // Zero before the first.
    Duration newest_rtt() const { return newest_rtt_; }

private:
    std::vector<stats::ProbeRecord> pending_; // not yet in a result
    bool over_ = true;
    Duration newest_rtt_{};
};

} // namespace wyn::session
