#include "daemon/control_calls.hpp"

#include "status/call.hpp"
#include "status/reply.hpp"

#include <algorithm>
#include <variant>

namespace wyn::daemon {

namespace {

// Carries a call out; the result is its reply.
struct Performer {
    Operations& daemon;
    std::uint32_t uid;
    bool more;

    std::string operator()(const status::GetInfo& /*call*/) const { return status::reply_info(); }
    std::string operator()(const status::GetInterfaceDescription& call) const {
        return status::reply_description(call.interface);
    }
    std::string operator()(const status::GetStatus& /*call*/) const {
        return status::reply_status(daemon.status(), false);
    }
    std::string operator()(const status::ListSessions& /*call*/) const {
        const auto sessions = daemon.status().sessions;
        return more ? status::reply_each_session(sessions) : status::reply_sessions(sessions);
    }
    std::string operator()(const status::Watch& /*call*/) const {
        return more ? next_of_watch(daemon) : status::refuse_single_answer();
    }
    std::string operator()(const status::Reload& /*call*/) const {
        const auto reloaded = daemon.reload();
        return reloaded ? status::reply_reloaded(*reloaded)
                        : status::refuse_configuration(reloaded.error());
    }
    std::string operator()(const status::Drain& call) const {
        daemon.drain(call.on);
        return status::reply_done();
    }
    std::string operator()(const status::EndSession& call) const {
        return daemon.end_session(call.session, uid)
                   ? status::reply_done()
                   : status::refuse_session(status::session_name(call.session));
    }
    std::string operator()(const status::SetLogLevel& call) const {
        const auto named = [&](settings::LogLevel level) { return print(level) == call.level; };
        const auto* const level = std::ranges::find_if(settings::log_levels, named);
        if (level == settings::log_levels.end()) return status::refuse_parameter("level");
        daemon.set_log_level(*level);
        return status::reply_done();
    }
};

} // namespace

Answer answer_call(std::string_view message, const Asker& asker, Operations& daemon) {
    auto request = status::decode_request(message);
    if (!request) return {.bytes = std::move(request.error()), .watch = std::nullopt};
    const auto* const watch = std::get_if<status::Watch>(&request->call);
    // Without an answer nothing is left of a question.
    if (request->oneway && !status::changes(request->call)) return {};
    const bool forbidden = status::changes(request->call) && !asker.may_change;
    Answer answer{
        .bytes = forbidden ? status::refuse_stranger(status::method_of(request->call))
                           : std::visit(Performer{daemon, asker.uid, request->more}, request->call),
        .watch = std::nullopt};
    if (watch != nullptr && request->more) answer.watch = watch->interval;
    if (request->oneway) answer.bytes.clear();
    return answer;
}

std::string next_of_watch(const Operations& daemon) {
    return status::reply_status(daemon.status(), true);
}

} // namespace wyn::daemon
