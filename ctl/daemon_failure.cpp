#include "ctl/daemon_failure.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace wyn::ctl {

namespace {

constexpr std::size_t longest_problem = 4096; // a file's path and a sentence
constexpr std::size_t most_named = 4;         // of sessions that may be meant

Failure refused(std::string reason, std::string sentence, std::string advice) {
    return {.code = ExitCode::refused,
            .reason = std::move(reason),
            .sentence = std::move(sentence),
            .advice = {std::move(advice)}};
}

Failure no_such_session(std::string_view name) {
    return refused("no_such_session", fmt::format("there is no session {}", name),
                   "wyndrvrctl sessions lists those that there are.");
}

Failure bad_configuration(const std::vector<std::string>& problems) {
    Failure failure = refused("bad_configuration",
                              "the daemon goes on with its old configuration, because the new one "
                              "is not right:",
                              "Correct it and reload again; wyndrvrd --check-config tests it "
                              "before.");
    for (const std::string& problem : problems)
        failure.details.push_back(escaped(problem, longest_problem));
    return failure;
}

} // namespace

Failure describe_unreachable(const Error& error) {
    if (error.is(std::errc::permission_denied) || error.is(std::errc::operation_not_permitted))
        return refused("not_permitted", error.what(),
                       "Root and the group of that file may ask: sudo wyndrvrctl ..., or become a "
                       "member of the group.");
    return {.code = ExitCode::unreachable,
            .reason = "unreachable",
            .sentence = error.what(),
            .advice = {"systemctl status wyndrvrd tells whether it runs; its control_socket may be "
                       "elsewhere: --socket PATH"}};
}

Failure describe_misunderstanding(const Error& error) {
    return {.code = ExitCode::version,
            .reason = "not_understood",
            .sentence = error.what(),
            .advice = {"Update the older of wyndrvrctl and wyndrvrd."}};
}

Failure describe_error(const status::ErrorReply& error) {
    switch (error.error) {
    case status::CallError::not_permitted:
        return refused("not_permitted", "the daemon does not let this user change what it does",
                       "Root and the user that it runs as may: sudo wyndrvrctl ...");
    case status::CallError::no_such_session:
        return refused("no_such_session", "there is no such session any more",
                       "wyndrvrctl sessions lists those that there are.");
    case status::CallError::bad_configuration: return bad_configuration(error.problems);
    case status::CallError::too_many_callers:
        return {.code = ExitCode::busy,
                .reason = "too_many_callers",
                .sentence = "the daemon has too many callers at the moment",
                .advice = {"Try again; lsof tells who holds its control socket, and how often."}};
    case status::CallError::other: break;
    }
    return {.code = ExitCode::version,
            .reason = "not_understood",
            .sentence = fmt::format("the daemon answers {}", escaped(error.name, 200)),
            .advice = {"Update the older of wyndrvrctl and wyndrvrd."}};
}

std::expected<status::Session, Failure>
session_named(std::string_view prefix, const std::vector<status::Session>& sessions) {
    std::vector<status::Session> meant;
    std::ranges::copy_if(sessions, std::back_inserter(meant), [&](const status::Session& session) {
        return session.id.starts_with(prefix);
    });
    if (meant.empty()) return std::unexpected{no_such_session(prefix)};
    if (meant.size() == 1) return meant.front();
    std::string names;
    for (const status::Session& session :
         std::span{meant}.first(std::min(meant.size(), most_named)))
        names += (names.empty() ? "" : ", ") + escaped(session.id);
    return std::unexpected{Failure{
        .code = ExitCode::usage,
        .reason = "usage",
        .sentence = fmt::format("{} is the beginning of {} sessions: {}{}", prefix, meant.size(),
                                names, meant.size() > most_named ? ", ..." : ""),
        .advice = {"Give more of its digits."}}};
}

} // namespace wyn::ctl
