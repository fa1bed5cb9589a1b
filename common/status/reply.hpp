// The daemon's answers on its control socket: made there, and read by who called. Pure.
#pragma once

#include "base/error.hpp"
#include "status/model.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::status {

// Answers, each with its NUL. `continues`: more of them follow for the same call.
std::string reply_done();
std::string reply_info();
std::string reply_description(std::string_view interface); // an error when there is none
std::string reply_status(const Status& status, bool continues);
std::string reply_sessions(const std::vector<Session>& sessions);
// One answer for each; one without a session when there is none.
std::string reply_each_session(const std::vector<Session>& sessions);
std::string reply_reloaded(const Reloaded& reloaded);

// Errors.
std::string refuse_parameter(std::string_view parameter); // unknown, missing, of a wrong type ...
std::string refuse_method(std::string_view method);       // that does not exist
std::string refuse_stranger(std::string_view method);     // who may not call it
std::string refuse_session(std::string_view session);     // that does not exist
std::string refuse_configuration(const std::vector<std::string>& problems);
std::string refuse_single_answer(); // to a call that is to be one with `more`
std::string refuse_caller();        // one too many

// An answer as its caller sees it.
struct Reply {
    std::string parameters; // JSON
    bool continues = false;
};
enum class CallError : std::uint8_t {
    not_permitted,
    no_such_session,
    bad_configuration,
    too_many_callers,
    other,
};
struct ErrorReply {
    CallError error = CallError::other;
    std::string name;                  // as the daemon calls it
    std::vector<std::string> problems; // of a bad configuration
};
// The outer errors say why it is none.
Result<std::expected<Reply, ErrorReply>> parse_reply(std::string_view message);

// What a reply's parameters mean; errors name what is missing or of the wrong type. That of a
// status is from_json() in model.hpp.
Result<std::vector<Session>> sessions_from(const std::string& parameters);
Result<Reloaded> reloaded_from(const std::string& parameters);

// {"schema": "wyndrvr.sessions/1", "sessions": [...]}
std::string to_json(const std::vector<Session>& sessions);

} // namespace wyn::status
