// The daemon's facts as journal events. Pure: facts in, values out; a test compares them.
#pragma once

#include "config/source.hpp"
#include "daemon/listener.hpp"
#include "daemon/reload.hpp"
#include "journal/event.hpp"
#include "status/call.hpp"

namespace wyn::daemon {

using status::session_name;

journal::Event announce_listening(const dgram::Endpoint& at, const std::vector<std::string>& files);
// Sessions that run may go on for `patience`.
journal::Event announce_stopping(std::size_t sessions, Duration patience);
journal::Event announce_admitted(const SessionEntry& entry);
journal::Event announce_opened(const SessionEntry& entry, Duration rtt);
journal::Event announce_test(const SessionEntry& entry, const session::TestDone& done);
// With what its connection counted in all: its newest snapshot.
journal::Event announce_ended(const SessionEntry& entry, wire::End end, Duration lasted);
// Somebody who may do so ends a session; that it has ended is told by announce_ended().
journal::Event announce_end_asked(const SessionEntry& entry, std::uint32_t uid);
// `how` is what is known of the worker's end: "killed by signal 9 (Killed)".
journal::Event announce_worker_failed(const SessionEntry& entry, std::string_view how);
journal::Event announce_refused(const RefusedClient& client);
// Something that the daemon survives: a sentence that says what was wrong and what follows.
// `reason` is one word for it, so that a flood of one trouble hides no other.
journal::Event announce_trouble(journal::Severity severity, std::string sentence,
                                std::string_view reason = "other");

// The configuration was read again.
journal::Event announce_reloaded(const Reloaded& reloaded);
// All that is wrong with it; the one that was in effect stays so.
journal::Event announce_reload_failed(const config::Problems& mistakes);

// Newcomers are refused from now on, or no longer, while so many sessions run.
journal::Event announce_draining(std::size_t sessions);
journal::Event announce_drain_ended(std::size_t sessions);
journal::Event announce_log_level(journal::Severity now);

} // namespace wyn::daemon
