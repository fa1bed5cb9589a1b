#include "ctl/latency_runner.hpp"

#include "clock/system_clock.hpp"

#include <algorithm>

namespace wyn::ctl {

using session::PortRole;

Result<std::unique_ptr<LatencyRunner>> LatencyRunner::begin(rt::Loop& loop,
                                                            const Settings& settings,
                                                            const Contacted& contacted,
                                                            Callbacks callbacks) {
    std::unique_ptr<LatencyRunner> runner{
        new LatencyRunner{settings, contacted, std::move(callbacks)}};
    if (auto started = runner->start(loop, settings, contacted); !started) return pass_on(started);
    return runner;
}

LatencyRunner::LatencyRunner(const Settings& settings, const Contacted& contacted,
                             Callbacks callbacks)
    : connection_{settings.plan, session::terms_of(contacted.assigned.assign), mono_now()},
      callbacks_{std::move(callbacks)} {}

Result<void> LatencyRunner::start(rt::Loop& loop, const Settings& settings,
                                  const Contacted& contacted) {
    auto placed = ports_.place(
        loop, settings.ports, contacted,
        [this](PortRole role, const session::PortNews& news) { on_news(role, news); },
        [this](PortRole, std::string_view) {
            connection_.on_port_lost(mono_now(), out_);
            settle();
        });
    if (!placed) return pass_on(placed);
    timer_ = loop.add_timer([this] { on_timer(); });
    on_timer();
    return {};
}

void LatencyRunner::on_news(PortRole role, const session::PortNews& news) {
    const auto* const latency = std::get_if<session::LatencyNews>(&news);
    if (latency != nullptr && latency->count > 0 && callbacks_.on_records && !connection_.done())
        callbacks_.on_records(latency->settled());
    connection_.on_news(mono_now(), role, news, out_);
    settle();
}

void LatencyRunner::on_timer() {
    const MonoTime now = mono_now();
    if (const auto reading = clocks_.take(now)) connection_.on_clock(*reading);
    connection_.on_timer(now, out_);
    ports_.on_timer(now);
    settle();
}

void LatencyRunner::interrupt() {
    connection_.interrupt(mono_now(), out_);
    settle();
}

void LatencyRunner::settle() {
    ports_.carry_out(out_);
    if (connection_.done()) {
        timer_.disarm();
        if (callbacks_.on_done) std::exchange(callbacks_.on_done, nullptr)();
        return;
    }
    timer_.arm(std::min({connection_.due(), ports_.due(), clocks_.due()}));
}

session::LatencyProgress LatencyRunner::progress() const {
    return connection_.progress(mono_now());
}

} // namespace wyn::ctl
