// What Server says about itself.
#include "clock/system_clock.hpp"
#include "daemon/announce.hpp"
#include "daemon/server.hpp"
#include "daemon/settings.hpp"

#include <unistd.h>

namespace wyn::daemon {

namespace {

status::Session session_status(const SessionEntry& entry, MonoTime now) {
    const session::ConnectionSnapshot& last = entry.last;
    status::Session session{.id = session_name(entry.id),
                            .client = dgram::print(entry.client),
                            .key = entry.key_name,
                            .control_port = entry.ports[0],
                            .upload_port = entry.ports[1],
                            .download_port = entry.ports[2],
                            .age_ns = static_cast<std::uint64_t>((now - entry.since).count()),
                            .open = entry.open,
                            .tests = last.test,
                            .running = last.running ? std::string{wire::name(last.direction)}
                                                    : std::string{},
                            .test_payload_bytes = last.test_payload_bytes,
                            .bytes_in = last.bytes_in,
                            .bytes_out = last.bytes_out,
                            .dropped = last.drops.total()};
    if (last.rtt != Duration::zero()) session.rtt_ns = static_cast<std::uint64_t>(last.rtt.count());
    return session;
}

} // namespace

status::Status Server::status() const {
    const MonoTime now = mono_now();
    const ListenerCounts& counts = listener_->counts();
    status::Status status{.version = WYN_VERSION,
                          .pid = static_cast<std::uint64_t>(::getpid()),
                          .uptime_ns = static_cast<std::uint64_t>((now - since_).count()),
                          .draining = listener_->is_draining(),
                          .log_level = std::string{print(config_.log_level)},
                          .listen = dgram::print(local_),
                          .connection_parallelism =
                              std::string{print(config_.connection_parallelism)},
                          .port_parallelism = std::string{print(config_.port_parallelism)},
                          .config_files = config_files_,
                          .ports_total = listener_->ports().total(),
                          .ports_free = listener_->ports().free(),
                          .limits = status_limits(config_),
                          .admitted = counts.admitted,
                          .cookies_sent = counts.cookies_sent,
                          .ended = ended_counts_};
    for (std::size_t code = 0; code < counts.refused.size(); ++code)
        if (const auto refusal = wire::refusal_from(static_cast<std::uint16_t>(code));
            refusal && counts.refused[code] > 0)
            status.refused[std::string{wire::name(*refusal)}] = counts.refused[code];
    for (std::size_t i = 0; i < wire::drop_reasons; ++i)
        if (const auto drop = static_cast<wire::Drop>(i); counts.drops.of(drop) > 0)
            status.dropped[std::string{wire::name(drop)}] = counts.drops.of(drop);
    for (const auto& [id, entry] : listener_->sessions())
        status.sessions.push_back(session_status(entry, now));
    return status;
}

} // namespace wyn::daemon
