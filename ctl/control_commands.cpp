#include "ctl/control_commands.hpp"

#include "base/text.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/daemon_failure.hpp"
#include "ctl/session_lines.hpp"
#include "ctl/status_text.hpp"
#include "ctl/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace wyn::ctl {

namespace {

using Sessions = std::vector<status::Session>;

// How often is looked whether the last session is gone.
constexpr std::chrono::milliseconds drain_interval{250};

std::expected<status::Reply, Failure> call_daemon(const DaemonOptions& options, status::Call call) {
    auto daemon = DaemonCall::connect(options);
    if (!daemon) return std::unexpected{std::move(daemon.error())};
    return daemon->call(std::move(call));
}

std::expected<status::Status, Failure> ask_status(const DaemonOptions& options) {
    const auto reply = call_daemon(options, status::GetStatus{});
    if (!reply) return std::unexpected{reply.error()};
    return status_of(*reply);
}

// One answer for each session, so that no message is long however many there are.
std::expected<Sessions, Failure> ask_sessions(DaemonCall& daemon) {
    if (auto asked = daemon.ask({.call = status::ListSessions{}, .more = true}); !asked)
        return std::unexpected{std::move(asked.error())};
    Sessions sessions;
    for (bool more = true; more;) {
        auto reply = daemon.answer(DaemonCall::patience, -1);
        if (!reply) return std::unexpected{std::move(reply.error())};
        const auto some = status::sessions_from((*reply)->parameters);
        if (!some) return std::unexpected{describe_misunderstanding(some.error())};
        sessions.insert(sessions.end(), some->begin(), some->end());
        more = (*reply)->continues;
    }
    return sessions;
}

// Returns when the last session is gone. The daemon's end is the end of its sessions too, but
// whether they were over nobody knows then.
std::expected<void, Failure> wait_for_end_of_sessions(DaemonCall& daemon) {
    if (auto asked = daemon.ask({.call = status::Watch{drain_interval}, .more = true}); !asked)
        return asked;
    for (;;) {
        const auto reply = daemon.answer(DaemonCall::patience, -1);
        if (!reply) return std::unexpected{reply.error()};
        const auto status = status_of(**reply);
        if (!status) return std::unexpected{status.error()};
        if (status->sessions.empty()) return {};
    }
}

std::string names_of(const std::vector<std::string>& keys) {
    std::string names;
    for (const std::string& key : keys)
        names += (names.empty() ? "" : ", ") + escaped(key);
    return names;
}

} // namespace

int run_status(const StatusOptions& options) {
    const auto status = ask_status(options);
    if (!status) return give_up(status.error(), options);
    if (options.json)
        print_line(status::to_json(*status));
    else
        std::fputs(status_as_text(*status, style_of(STDOUT_FILENO, options.ascii)).c_str(), stdout);
    return 0;
}

int run_sessions(const SessionsOptions& options) {
    auto daemon = DaemonCall::connect(options);
    if (!daemon) return give_up(daemon.error(), options);
    const auto sessions = ask_sessions(*daemon);
    if (!sessions) return give_up(sessions.error(), options);
    if (options.json)
        print_line(status::to_json(*sessions));
    else if (sessions->empty())
        print_line("no sessions");
    else
        for (const std::string& line :
             session_lines(*sessions, style_of(STDOUT_FILENO, options.ascii)))
            print_line(line);
    return 0;
}

int run_reload(const ReloadOptions& options) {
    const auto reply = call_daemon(options, status::Reload{});
    if (!reply) return give_up(reply.error(), options);
    const auto reloaded = status::reloaded_from(reply->parameters);
    if (!reloaded) return give_up(describe_misunderstanding(reloaded.error()), options);
    if (!reloaded->changed.empty())
        print_line("reloaded; in effect now: " + names_of(reloaded->changed));
    else
        print_line(reloaded->needs_restart.empty() ? "reloaded; nothing has changed"
                                                   : "reloaded; nothing has changed yet");
    if (!reloaded->needs_restart.empty())
        print_line("not before a restart: " + names_of(reloaded->needs_restart));
    return 0;
}

int run_drain(const DrainOptions& options) {
    auto daemon = DaemonCall::connect(options);
    if (!daemon) return give_up(daemon.error(), options);
    if (const auto drained = daemon->call(status::Drain{.on = !options.undo}); !drained)
        return give_up(drained.error(), options);
    if (options.undo) {
        print_line("newcomers are admitted again");
        return 0;
    }
    const auto reply = daemon->call(status::GetStatus{});
    if (!reply) return give_up(reply.error(), options);
    const auto status = status_of(*reply);
    if (!status) return give_up(status.error(), options);
    print_line(fmt::format("newcomers are refused; {} left",
                           count_of(status->sessions.size(), "session")));
    if (!options.wait) return 0;
    if (const auto over = wait_for_end_of_sessions(*daemon); !over)
        return give_up(over.error(), options);
    print_line("the last session is gone");
    return 0;
}

int run_end(const EndOptions& options) {
    auto daemon = DaemonCall::connect(options);
    if (!daemon) return give_up(daemon.error(), options);
    const auto sessions = ask_sessions(*daemon);
    if (!sessions) return give_up(sessions.error(), options);
    const auto session = session_named(options.session, *sessions);
    if (!session) return give_up(session.error(), options);
    const auto id = status::session_from(session->id);
    if (!id)
        return give_up(describe_misunderstanding(Error{
                           fmt::format("the daemon calls a session '{}'", escaped(session->id))}),
                       options);
    if (const auto ended = daemon->call(status::EndSession{*id}); !ended)
        return give_up(ended.error(), options);
    print_line(fmt::format("session {} of {} is ended", session->id, escaped(session->client)));
    return 0;
}

int run_log_level(const LogLevelOptions& options) {
    const auto reply = call_daemon(options, status::SetLogLevel{options.level});
    if (!reply) return give_up(reply.error(), options);
    print_line(fmt::format("messages down to {} are written", options.level));
    return 0;
}

} // namespace wyn::ctl
