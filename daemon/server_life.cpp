// What Server does when the operator or the service manager wants something else of it: reload,
// drain, stop; and the line that says how it is.
#include "clock/system_clock.hpp"
#include "daemon/announce.hpp"
#include "daemon/key_source.hpp"
#include "daemon/server.hpp"
#include "daemon/settings.hpp"

namespace wyn::daemon {

namespace {

// For the last words to clients.
constexpr Duration stop_patience = 1s;
// How often the service manager hears of the traffic, while there is a session.
constexpr Duration status_interval = 1s;

} // namespace

std::expected<Reloaded, config::Problems> Server::reload() {
    manager_.reloading();
    auto loaded = load_config_();
    std::expected<Reloaded, config::Problems> outcome;
    if (!loaded)
        outcome = std::unexpected{std::move(loaded.error())};
    else if (auto taken = take_on(std::move(*loaded)))
        outcome = std::move(*taken);
    else
        outcome = std::unexpected{config::Problems{taken.error().what()}};
    sink_.write(outcome ? announce_reloaded(*outcome) : announce_reload_failed(outcome.error()));
    manager_.ready();
    return outcome;
}

// Everything that can fail comes first.
Result<Reloaded> Server::take_on(files::LoadedConfig loaded) {
    auto keys = read_keys(loaded.config.key_file);
    if (!keys) return pass_on(keys);
    ReloadPlan plan = plan_reload(config_, loaded.config);
    config_ = std::move(plan.config);
    config_files_ = std::move(loaded.files);
    sink_.set_least(severity_of(config_.log_level));
    listener_->reconfigure(for_listener(), std::move(*keys));
    return std::move(plan.reloaded);
}

void Server::drain(bool on) {
    if (on == listener_->is_draining() || stopping_) return;
    listener_->drain(on);
    sink_.write(on ? announce_draining(running_.size()) : announce_drain_ended(running_.size()));
    tell_status(mono_now());
}

bool Server::end_session(std::uint64_t id, std::uint32_t uid) {
    const auto place = running_.find(id);
    if (place == running_.end()) return false;
    sink_.write(announce_end_asked(*listener_->sessions().find(id), uid));
    place->second.worker->send(
        session::ConnectionOrder{session::CloseConnection{wire::End::by_operator}});
    return true;
}

void Server::set_log_level(settings::LogLevel level) {
    config_.log_level = level;
    sink_.set_least(severity_of(level));
    sink_.write(announce_log_level(severity_of(level)));
}

void Server::stop(Duration patience) {
    if (stop_by_ != never) return loop_.exit(0); // clients are being told: at once
    const MonoTime now = mono_now();
    if (std::exchange(stopping_, true)) patience = Duration::zero();
    manager_.stopping(patience + stop_patience);
    sink_.write(announce_stopping(running_.size(), patience));
    listener_->drain(true);
    close_at_ = now + patience;
    tell_status(now);
    if (patience == Duration::zero()) close_all();
    bury_.soon(); // leaves at once when there is no session
    settle();
}

void Server::close_all() {
    close_at_ = never;
    stop_by_ = mono_now() + stop_patience;
    for (const auto& [id, running] : running_)
        running.worker->send(
            session::ConnectionOrder{session::CloseConnection{wire::End::shutting_down}});
}

void Server::tell_status(MonoTime now) {
    const Phase phase = stopping_                  ? Phase::stopping
                        : listener_->is_draining() ? Phase::draining
                                                   : Phase::serving;
    const Rates rates = meter_.read(now, listener_->sessions().traffic());
    manager_.status(status_line(phase, running_.size(), rates));
    next_status_ = now + status_interval;
}

} // namespace wyn::daemon
