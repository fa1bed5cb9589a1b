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
    auto crew = place_ports(
        loop, settings.ports, contacted,
        [this](PortRole role, const session::PortNews& news) {
            connection_.on_news(mono_now(), role, news, out_);
            settle();
        },
        [this](PortRole, std::string_view) {
            connection_.on_port_lost(mono_now(), out_);
            settle();
        });
    if (!crew) return pass_on(crew);
    ports_ = std::move(*crew);
    timer_ = loop.add_timer([this] { on_timer(); });
    // Ports in this loop live and die with us.
    if (settings.ports.placement != Placement::single)
        next_check_ = mono_now() + worker_check_interval;
    settle();
    return {};
}

void ProbeRunner::on_timer() {
    const MonoTime now = mono_now();
    connection_.on_timer(now, out_);
    if (now >= next_check_) {
        next_check_ = now + worker_check_interval;
        ports_->check_signs_of_life(now, worker_timeout);
    }
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
    while (!out_.orders.empty()) {
        const auto orders = std::exchange(out_.orders, {});
        for (const auto& [role, order] : orders)
            ports_->order(role, order);
    }
    if (connection_.done()) {
        timer_.disarm();
        if (callbacks_.on_done) std::exchange(callbacks_.on_done, nullptr)();
        return;
    }
    timer_.arm(std::min(connection_.due(), next_check_));
    const bool waits = connection_.waiting();
    if (waits && !std::exchange(told_waiting_, waits) && callbacks_.on_waiting)
        callbacks_.on_waiting();
}

session::ProbeProgress ProbeRunner::progress() const {
    return connection_.progress(mono_now());
}

} // namespace wyn::ctl
