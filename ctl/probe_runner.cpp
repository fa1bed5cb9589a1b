#include "ctl/probe_runner.hpp"

#include "clock/system_clock.hpp"

#include <algorithm>

namespace wyn::ctl {

using session::PortRole;

Result<std::unique_ptr<ProbeRunner>> ProbeRunner::begin(rt::Loop& loop, const Settings& settings,
                                                        const Contacted& contacted,
                                                        Callbacks callbacks) {
    std::unique_ptr<ProbeRunner> runner{new ProbeRunner{settings, contacted, std::move(callbacks)}};
    if (auto started = runner->start(loop, settings, contacted); !started) return pass_on(started);
    return runner;
}

ProbeRunner::ProbeRunner(const Settings& settings, const Contacted& contacted, Callbacks callbacks)
    : connection_{settings.plan, session::terms_of(contacted.assigned.assign),
                  contacted.server.address.header_bytes(), mono_now()},
      callbacks_{std::move(callbacks)} {}

Result<void> ProbeRunner::start(rt::Loop& loop, const Settings& settings,
                                const Contacted& contacted) {
    auto placed = ports_.place(
        loop, settings.ports, contacted,
        [this](PortRole role, const session::PortNews& news) {
            connection_.on_news(mono_now(), role, news, out_);
            settle();
        },
        [this](PortRole, std::string_view) {
            connection_.on_port_lost(mono_now(), out_);
            settle();
        });
    if (!placed) return pass_on(placed);
    timer_ = loop.add_timer([this] { on_timer(); });
    on_timer();
    return {};
}

void ProbeRunner::on_timer() {
    const MonoTime now = mono_now();
    if (const auto reading = clocks_.take(now)) connection_.on_clock(*reading);
    connection_.on_timer(now, out_);
    ports_.on_timer(now);
    settle();
}

void ProbeRunner::go_on() {
    told_waiting_ = false;
    connection_.go_on(mono_now(), out_);
    settle();
}

void ProbeRunner::interrupt() {
    connection_.interrupt(mono_now(), out_);
    settle();
}

void ProbeRunner::settle() {
    ports_.carry_out(out_);
    if (connection_.done()) {
        timer_.disarm();
        if (callbacks_.on_done) std::exchange(callbacks_.on_done, nullptr)();
        return;
    }
    timer_.arm(std::min({connection_.due(), ports_.due(), clocks_.due()}));
    const bool waits = connection_.waiting();
    if (waits && !std::exchange(told_waiting_, waits) && callbacks_.on_waiting)
        callbacks_.on_waiting();
}

session::ProbeProgress ProbeRunner::progress() const {
    return connection_.progress(mono_now());
}

} // namespace wyn::ctl
