#include "session/latency.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration news_wait = 50ms;

}

wire::Echo LatencyAnswerer::on_probe(Stamp arrived, MonoTime now, const wire::Probe& probe) {
    return {.number = probe.number,
            .probes_received = ++received_,
            .probe_sent_ns = probe.sent_ns,
            .probe_received_ns = to_ns(arrived.time),
            .sent_ns = to_ns(now)};
}

void LatencyProber::set_interval(MonoTime now, Duration interval) {
    interval_ = interval;
    next_ = interval == Duration::zero() ? never : now;
}

std::optional<wire::Probe> LatencyProber::on_timer(MonoTime now) {
    if (now < next_) return std::nullopt;
    // Absolute schedule; probes whose time has passed unused are left out, not sent in a burst.
    next_ = now - next_ < interval_ ? next_ + interval_ : now + interval_;
    const std::uint32_t number = news_.probes_sent++;
    sent_[number % outstanding] = now;
    return wire::Probe{.number = number, .sent_ns = to_ns(now)};
}

std::optional<wire::Drop> LatencyProber::on_echo(Stamp arrived, const wire::Echo& echo) {
    MonoTime& sent = sent_[echo.number % outstanding];
    if (sent == MonoTime{} || to_ns(sent) != echo.probe_sent_ns) return wire::Drop::unexpected;
    const auto held = static_cast<Duration::rep>(echo.sent_ns - echo.probe_received_ns);
    const Duration total = arrived.time - sent;
    if (held < 0) return wire::Drop::value;
    ++news_.echoes_received;
    news_.probes_arrived = std::max(news_.probes_arrived, echo.probes_received);
    if (arrived.origin == StampOrigin::user) ++news_.stamps_missing;
    // An echo that claims to have been held for longer than it was away has come back all the same.
    if (Duration{held} <= total && news_.count < LatencyNews::most_samples)
        news_.samples[news_.count++] = {
            .number = echo.number, .sent = sent, .rtt = total - Duration{held}};
    if (oldest_news_ == never) oldest_news_ = arrived.time;
    sent = MonoTime{};
    return std::nullopt;
}

std::optional<LatencyNews> LatencyProber::take_news(MonoTime now) {
    const bool full = news_.count == LatencyNews::most_samples;
    if (news_.count == 0 || (!full && now - oldest_news_ < news_wait)) return std::nullopt;
    const LatencyNews taken = news_;
    news_.count = 0;
    oldest_news_ = never;
    return taken;
}

MonoTime LatencyProber::due() const {
    if (news_.count == LatencyNews::most_samples) return MonoTime{};
    return std::min(next_, saturating_add(oldest_news_, news_wait));
}

} // namespace wyn::session
