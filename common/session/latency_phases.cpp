#include "session/latency_phases.hpp"

namespace wyn::session {

void LatencyPhases::on_news(const LatencyNews& news) {
    latest_ = news;
    for (std::size_t i = 0; i < news.count; ++i) {
        pending_.push_back(news.samples[i]);
        newest_rtt_ = news.samples[i].rtt;
    }
}

void LatencyPhases::keep_samples(LatencyResult& into, MonoTime from, MonoTime until) {
    const auto is_later = [until](const LatencySample& sample) { return sample.sent > until; };
    for (const LatencySample& sample : pending_) {
        if (sample.sent < from || is_later(sample)) continue;
        into.rtt.record(sample.rtt);
        into.series.add(sample.sent, sample.rtt);
    }
    std::erase_if(pending_, [is_later](const LatencySample& sample) { return !is_later(sample); });
}

void LatencyPhases::close(LatencyResult& into, MonoTime from, MonoTime until) {
    keep_samples(into, from, until);
    pending_.clear();
    into.probes_sent = latest_.probes_sent - closed_.probes_sent;
    into.echoes_received = latest_.echoes_received - closed_.echoes_received;
    into.probes_arrived = latest_.probes_arrived - closed_.probes_arrived;
    into.stamps_missing = latest_.stamps_missing - closed_.stamps_missing;
    closed_ = latest_;
}

} // namespace wyn::session
