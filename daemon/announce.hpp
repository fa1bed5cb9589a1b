// The daemon's facts as journal events. Pure: facts in, values out; a test compares them.
#pragma once

#include "daemon/listener.hpp"
#include "journal/event.hpp"

namespace wyn::daemon {

// 16 hexadecimal digits: a session's name in journal, status and JSON.
std::string session_name(std::uint64_t id);

journal::Event announce_listening(const dgram::Endpoint& at, const std::vector<std::string>& files);
journal::Event announce_stopping(std::size_t sessions);
journal::Event announce_admitted(const SessionEntry& entry);
journal::Event announce_opened(const SessionEntry& entry, Duration rtt);
journal::Event announce_test(const SessionEntry& entry, const session::TestDone& done);
journal::Event announce_ended(const SessionEntry& entry, wire::End end, Duration lasted);
// `how` is what is known of the worker's end: "killed by signal 9 (Killed)".
journal::Event announce_worker_failed(const SessionEntry& entry, std::string_view how);
journal::Event announce_refused(const RefusedClient& client);
// Something that the daemon survives: a sentence that says what was wrong and what follows.
journal::Event announce_trouble(journal::Severity severity, std::string sentence);

} // namespace wyn::daemon
