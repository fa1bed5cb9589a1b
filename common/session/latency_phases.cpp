#include "session/latency_phases.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

void add(LatencyResult& into, const stats::ProbeRecord& record) {
    ++into.probes_sent;
    switch (record.fate) {
    case stats::ProbeFate::pending:
    case stats::ProbeFate::lost: ++into.lost_unknown; return;
    case stats::ProbeFate::lost_there: return;
    case stats::ProbeFate::lost_back: ++into.probes_arrived; return;
    case stats::ProbeFate::returned: break;
    }
    ++into.probes_arrived;
    ++into.echoes_received;
    if (record.kernel_stamps() < 4) ++into.stamps_missing;
    // An echo that claims to have been held for longer than it was away has come back all the same.
    if (record.rtt() < Duration::zero()) return;
    into.rtt.record(record.rtt());
    into.series.add(record.handed, record.rtt());
}

} // namespace

void LatencyPhases::on_news(const LatencyNews& news) {
    over_ = news.over;
    for (const stats::ProbeRecord& record : news.settled()) {
        pending_.push_back(record);
        if (record.fate == stats::ProbeFate::returned && record.rtt() > Duration::zero())
            newest_rtt_ = record.rtt();
    }
}

void LatencyPhases::keep(LatencyResult& into, MonoTime from, MonoTime until) {
    const auto is_later = [until](const stats::ProbeRecord& record) {
        return record.handed > until;
    };
    for (const stats::ProbeRecord& record : pending_)
        if (record.handed >= from && !is_later(record)) add(into, record);
    std::erase_if(pending_,
                  [is_later](const stats::ProbeRecord& record) { return !is_later(record); });
}

} // namespace wyn::session
