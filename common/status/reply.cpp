#include "status/reply.hpp"

#include "base/text.hpp"
#include "status/document.hpp"
#include "status/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace wyn::status {

namespace {

using nlohmann::json;

constexpr std::string_view sessions_schema = "wyndrvr.sessions/1";

constexpr std::array<std::pair<CallError, std::string_view>, 4> error_names{
    {{CallError::not_permitted, "io.wyndrvr.Daemon.NotPermitted"},
     {CallError::no_such_session, "io.wyndrvr.Daemon.NoSuchSession"},
     {CallError::bad_configuration, "io.wyndrvr.Daemon.BadConfiguration"},
     {CallError::too_many_callers, "io.wyndrvr.Daemon.TooManyCallers"}}};

std::string reply(json parameters, bool continues = false) {
    json message{{"parameters", std::move(parameters)}};
    if (continues) message["continues"] = true;
    return framed(message);
}

std::string refuse(std::string_view error, json parameters = json::object()) {
    return framed({{"error", error}, {"parameters", std::move(parameters)}});
}

std::string refuse(CallError error, json parameters = json::object()) {
    const auto place =
        std::ranges::find(error_names, error, [](const auto& it) { return it.first; });
    return refuse(place->second, std::move(parameters));
}

json list_of(const std::vector<Session>& sessions) {
    json list = json::array();
    for (const Session& session : sessions)
        list.push_back(document_of(session));
    return list;
}

ErrorReply error_of(const json& reply) {
    const json& said = reply["error"];
    ErrorReply error{.error = CallError::other,
                     .name = said.is_string() ? said.get<std::string>() : written(said),
                     .problems = {}};
    for (const auto& [known, name] : error_names)
        if (error.name == name) error.error = known;
    const json* const problems = reply.contains("parameters") && reply["parameters"].is_object() &&
                                         reply["parameters"].contains("problems")
                                     ? &reply["parameters"]["problems"]
                                     : nullptr;
    if (problems == nullptr || !problems->is_array()) return error;
    for (const json& problem : *problems)
        if (problem.is_string()) error.problems.push_back(problem.get<std::string>());
    return error;
}

// What `read` makes of the text; what it throws is its error.
template <typename Read>
auto parsed(const std::string& text, Read read) -> Result<decltype(read(json{}))> {
    try {
        return read(json::parse(text));
    } catch (const std::exception& error) {
        return fail(fmt::format("the daemon's answer cannot be understood: {}",
                                escaped(error.what(), 200)));
    }
}

} // namespace

std::string reply_done() {
    return reply(json::object());
}

std::string reply_info() {
    return reply({{"vendor", "wyndrvr"},
                  {"product", "wyndrvrd"},
                  {"version", WYN_VERSION},
                  {"url", ""},
                  {"interfaces", interfaces}});
}

std::string reply_description(std::string_view interface) {
    const auto description = describe_interface(interface);
    if (!description)
        return refuse("org.varlink.service.InterfaceNotFound", {{"interface", interface}});
    return reply({{"description", *description}});
}

std::string reply_status(const Status& status, bool continues) {
    return reply(document_of(status), continues);
}

std::string reply_sessions(const std::vector<Session>& sessions) {
    return reply({{"sessions", list_of(sessions)}});
}

std::string reply_each_session(const std::vector<Session>& sessions) {
    if (sessions.empty()) return reply_sessions(sessions);
    std::string replies;
    for (const Session& session : sessions)
        replies += reply({{"sessions", list_of({session})}}, &session != &sessions.back());
    return replies;
}

std::string reply_reloaded(const Reloaded& reloaded) {
    return reply({{"changed", reloaded.changed}, {"needs_restart", reloaded.needs_restart}});
}

std::string refuse_parameter(std::string_view parameter) {
    return refuse("org.varlink.service.InvalidParameter", {{"parameter", parameter}});
}

std::string refuse_method(std::string_view method) {
    return refuse("org.varlink.service.MethodNotFound", {{"method", method}});
}

std::string refuse_stranger(std::string_view method) {
    return refuse(CallError::not_permitted, {{"method", method}});
}

std::string refuse_session(std::string_view session) {
    return refuse(CallError::no_such_session, {{"session", session}});
}

std::string refuse_configuration(const std::vector<std::string>& problems) {
    return refuse(CallError::bad_configuration, {{"problems", problems}});
}

std::string refuse_single_answer() {
    return refuse("org.varlink.service.ExpectedMore");
}

std::string refuse_caller() {
    return refuse(CallError::too_many_callers);
}

Result<std::expected<Reply, ErrorReply>> parse_reply(std::string_view message) {
    const auto reply = parse_shallow(message);
    if (!reply || !reply->is_object()) return fail("the daemon's answer is not a JSON object");
    if (reply->contains("error"))
        return std::expected<Reply, ErrorReply>{std::unexpected{error_of(*reply)}};
    if (!reply->contains("parameters")) return fail("the daemon's answer has no parameters");
    return Reply{.parameters = written((*reply)["parameters"]),
                 .continues = reply->contains("continues") && (*reply)["continues"] == true};
}

Result<std::vector<Session>> sessions_from(const std::string& parameters) {
    return parsed(parameters, [](const json& from) {
        std::vector<Session> sessions;
        for (const json& session : from.at("sessions").get_ref<const json::array_t&>())
            sessions.push_back(session_of(session));
        return sessions;
    });
}

Result<Reloaded> reloaded_from(const std::string& parameters) {
    return parsed(parameters, [](const json& from) {
        Reloaded reloaded;
        from.at("changed").get_to(reloaded.changed);
        from.at("needs_restart").get_to(reloaded.needs_restart);
        return reloaded;
    });
}

std::string to_json(const std::vector<Session>& sessions) {
    return written({{"schema", sessions_schema}, {"sessions", list_of(sessions)}});
}

} // namespace wyn::status
