#include "daemon/announce.hpp"

#include "base/text.hpp"
#include "journal/catalog_ids.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace wyn::daemon {

namespace {

using journal::Event;
using journal::Severity;

constexpr std::size_t longest_path = 4096; // PATH_MAX of Linux
constexpr std::size_t longest_mistake = 1000;

// The fields that every event of a session has.
Event of_session(std::string_view id, const SessionEntry& entry, std::string message) {
    return Event{.id = id, .severity = Severity::info, .message = std::move(message), .fields = {}}
        .with("SESSION", session_name(entry.id))
        .with("CLIENT", dgram::print(entry.client.address))
        .with("PORT", entry.client.port)
        .with("KEY", entry.key_name);
}

// Of a search that found one.
Event&& with_capacity(Event&& event, const session::TestDone& done) {
    if (done.capacity == wire::CapacityVerdict::none) return std::move(event);
    return std::move(event)
        .with("CAPACITY_BPS", done.capacity_ip.bps())
        .with("VERDICT", wire::name(done.capacity));
}

// A round trip is known once the control port is proven.
Event&& with_rtt(Event&& event, Duration rtt) {
    if (rtt > Duration::zero())
        event.fields.push_back(fmt::format("WYNDRVR_RTT_US={}", rtt.count() / 1000));
    return std::move(event);
}

std::string sentence_of(const Refused& refused) {
    using wire::Refusal;
    switch (refused.code) {
    case Refusal::busy:
        return fmt::format("{} of {} sessions are running", refused.have, refused.limit);
    case Refusal::per_address:
        return fmt::format("{} of {} sessions from this address are running", refused.have,
                           refused.limit);
    case Refusal::rate_budget:
        return fmt::format("{} of max_total_rate = {} are left", print(BitRate{refused.have}),
                           print(BitRate{refused.limit}));
    case Refusal::unsupported:
        return fmt::format("it needs extension 0x{:04x}, which is not known here", refused.detail);
    case Refusal::version: return "it speaks only newer versions of the protocol";
    case Refusal::not_authorised: return "its key is not accepted";
    case Refusal::shutting_down: return "the daemon is shutting down";
    case Refusal::anonymous:
        return "it has no key, and require_key is set or its address is a global one; to admit "
               "such addresses set max_total_rate";
    case Refusal::no_ports:
        return fmt::format(
            "{} of {} ports are free, {}; widen port_ranges", refused.have, refused.limit,
            refused.have < session::port_roles.size() ? "and a client takes three"
                                                      : "but other programs hold them");
    case Refusal::no_worker: return "the host gives no further process or thread";
    }
    return "";
}

} // namespace

Event announce_listening(const dgram::Endpoint& at, const std::vector<std::string>& files) {
    std::vector<std::string> names;
    names.reserve(files.size());
    for (const std::string& file : files)
        names.push_back(escaped(file, longest_path));
    const std::string files_read = names.empty()
                                       ? "without a configuration file"
                                       : fmt::format("configured by {}", fmt::join(names, ", "));
    return Event{.id = journal::id::listening,
                 .severity = Severity::notice,
                 .message = fmt::format("listening on {} udp, {}", dgram::print(at), files_read),
                 .fields = {}}
        .with("LISTEN", dgram::print(at));
}

Event announce_stopping(std::size_t sessions, Duration patience) {
    std::string what = "stopping";
    if (sessions != 0 && patience == Duration::zero())
        what += fmt::format(", {} {} now", count_of(sessions, "session"),
                            sessions == 1 ? "ends" : "end");
    else if (sessions != 0)
        what += fmt::format(", {} may go on for {}", count_of(sessions, "session"),
                            print_ns(patience.count()));
    return Event{.id = journal::id::stopping,
                 .severity = Severity::notice,
                 .message = std::move(what),
                 .fields = {}}
        .with("SESSIONS", sessions);
}

Event announce_admitted(const SessionEntry& entry) {
    return of_session(journal::id::session_admitted, entry,
                      fmt::format("client {} ({}) has session {}: control {}, upload {}, "
                                  "download {}",
                                  dgram::print(entry.client), entry.key_name,
                                  session_name(entry.id), entry.ports[0], entry.ports[1],
                                  entry.ports[2]))
        .with("PORT_CONTROL", entry.ports[0])
        .with("PORT_UPLOAD", entry.ports[1])
        .with("PORT_DOWNLOAD", entry.ports[2]);
}

Event announce_opened(const SessionEntry& entry, Duration rtt) {
    Event event = of_session(journal::id::session_opened, entry,
                             fmt::format("session {} is open: all three ports of {} are proven, "
                                         "RTT {}",
                                         session_name(entry.id), dgram::print(entry.client),
                                         print_ns(rtt.count())))
                      .with("RTT_US", rtt.count() / 1000);
    event.severity = Severity::debug;
    return event;
}

Event announce_test(const SessionEntry& entry, const session::TestDone& done) {
    const bool up = done.direction == wire::Direction::up;
    const wire::ReceiverRecord& received = done.received;
    // One of the two records is the client's word: its numbers need not fit together.
    const std::uint64_t span =
        received.last_arrival_ns - std::min(received.first_arrival_ns, received.last_arrival_ns);
    const BitRate rate = rate_of(received.payload_bytes, span);
    const std::uint64_t sent = done.sent.packets_accepted;
    // Too many of a download whose client's last feedback, sent when its test ended, got lost.
    const std::uint64_t lost = sent - std::min(received.packets, sent);
    const std::string what =
        received.packets == 0
            ? fmt::format("nothing of {} datagrams arrived", sent)
            : fmt::format("{} payload in {}, {} of {} datagrams lost", print(rate),
                          print_ns(static_cast<std::int64_t>(span)), lost, sent);
    Event event =
        of_session(journal::id::test_done, entry,
                   fmt::format("session {} {}: {}; {}", session_name(entry.id),
                               up ? "upload" : "download", what, wire::sentence(done.end)))
            .with("TEST", wire::name(done.direction))
            .with(up ? "UP_BPS" : "DOWN_BPS", rate.bps())
            .with("SENT", sent)
            .with("LOST", lost)
            .with("LOST_HERE", up ? received.socket_drops : done.sent.packets_refused)
            .with("DUPLICATES", received.duplicates)
            .with("REORDERED", received.reordered)
            .with("PAYLOAD_BYTES", received.payload_bytes)
            .with("DATAGRAM_BYTES", done.datagram_bytes)
            .with("DURATION_US", span / 1000)
            .with("REASON", wire::name(done.end));
    return with_capacity(with_rtt(std::move(event), entry.last.rtt), done);
}

Event announce_ended(const SessionEntry& entry, wire::End end, Duration lasted) {
    const session::ConnectionSnapshot& last = entry.last;
    Event event = of_session(journal::id::session_ended, entry,
                             fmt::format("session {} of {} ended after {}: {}; {}, {} in, {} out",
                                         session_name(entry.id), dgram::print(entry.client),
                                         print_ns(lasted.count()), wire::sentence(end),
                                         count_of(entry.tests_done, "test"),
                                         print_bytes(last.bytes_in), print_bytes(last.bytes_out)))
                      .with("REASON", wire::name(end))
                      .with("DURATION_US", lasted.count() / 1000)
                      .with("TESTS", entry.tests_done)
                      .with("BYTES_IN", last.bytes_in)
                      .with("BYTES_OUT", last.bytes_out)
                      .with("DROPPED", last.drops.total());
    return with_rtt(std::move(event), last.rtt);
}

Event announce_end_asked(const SessionEntry& entry, std::uint32_t uid) {
    Event event = of_session(journal::id::session_end_asked, entry,
                             fmt::format("session {} of {} is ended by the user with the number {}",
                                         session_name(entry.id), dgram::print(entry.client), uid))
                      .with("UID", uid);
    event.severity = Severity::notice;
    return event;
}

Event announce_worker_failed(const SessionEntry& entry, std::string_view how) {
    Event event = of_session(journal::id::worker_failed, entry,
                             fmt::format("a worker of session {} failed ({}); this session ends, "
                                         "no other is touched",
                                         session_name(entry.id), how));
    event.severity = Severity::error;
    return event;
}

Event announce_refused(const RefusedClient& client) {
    return Event{.id = journal::id::client_refused,
                 .severity = Severity::notice,
                 .message = fmt::format("client {} refused: {}", dgram::print(client.client),
                                        sentence_of(client.refused)),
                 .fields = {}}
        .with("CLIENT", dgram::print(client.client.address))
        .with("PORT", client.client.port)
        .with("REASON", wire::name(client.refused.code));
}

Event announce_trouble(Severity severity, std::string sentence, std::string_view reason) {
    return Event{.id = journal::id::trouble,
                 .severity = severity,
                 .message = std::move(sentence),
                 .fields = {}}
        .with("REASON", reason);
}

Event announce_reloaded(const Reloaded& reloaded) {
    std::string what = "configuration read again";
    if (!reloaded.changed.empty())
        what += fmt::format("; in effect now: {}", fmt::join(reloaded.changed, ", "));
    if (!reloaded.needs_restart.empty())
        what += fmt::format("; not before a restart: {}", fmt::join(reloaded.needs_restart, ", "));
    if (reloaded.changed.empty() && reloaded.needs_restart.empty()) what += "; nothing has changed";
    return Event{.id = journal::id::reloaded,
                 .severity = Severity::notice,
                 .message = std::move(what),
                 .fields = {}}
        .with("CHANGED", fmt::format("{}", fmt::join(reloaded.changed, " ")))
        .with("NEEDS_RESTART", fmt::format("{}", fmt::join(reloaded.needs_restart, " ")));
}

Event announce_reload_failed(const config::Problems& mistakes) {
    std::vector<std::string> safe;
    safe.reserve(mistakes.size());
    for (const std::string& mistake : mistakes)
        safe.push_back(escaped(mistake, longest_mistake));
    return Event{.id = journal::id::reload_failed,
                 .severity = Severity::error,
                 .message = fmt::format("the configuration has {}, so the one before stays in "
                                        "effect: {}",
                                        count_of(safe.size(), "mistake"), fmt::join(safe, "; ")),
                 .fields = {}}
        .with("MISTAKES", safe.size());
}

Event announce_draining(std::size_t sessions) {
    return Event{.id = journal::id::draining,
                 .severity = Severity::notice,
                 .message = fmt::format("draining: newcomers are refused, {} may end by {}",
                                        count_of(sessions, "session"),
                                        sessions == 1 ? "itself" : "themselves"),
                 .fields = {}}
        .with("SESSIONS", sessions);
}

Event announce_drain_ended(std::size_t sessions) {
    return Event{.id = journal::id::drain_ended,
                 .severity = Severity::notice,
                 .message = "newcomers are admitted again",
                 .fields = {}}
        .with("SESSIONS", sessions);
}

Event announce_log_level(Severity now) {
    return Event{.id = journal::id::log_level_changed,
                 .severity = Severity::notice,
                 .message = fmt::format("log_level is {} now", journal::name(now)),
                 .fields = {}}
        .with("LOG_LEVEL", journal::name(now));
}

} // namespace wyn::daemon
