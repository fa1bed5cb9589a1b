// What can be asked of the daemon over its control socket, as values, and the Varlink messages that
// ask for it (https://varlink.org/Method-Call). Pure: text in, text out.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wyn::status {

inline constexpr std::size_t longest_message = 64 * 1024; // of a call
inline constexpr int deepest_message = 16; // levels of objects and lists; a status has 4

// `method` is the name on the wire. What `changes` something is for root and the daemon's own user.

struct GetInfo {
    static constexpr std::string_view method = "org.varlink.service.GetInfo";
    static constexpr bool changes = false;
    bool operator==(const GetInfo&) const = default;
};
struct GetInterfaceDescription {
    static constexpr std::string_view method = "org.varlink.service.GetInterfaceDescription";
    static constexpr bool changes = false;
    std::string interface;
    bool operator==(const GetInterfaceDescription&) const = default;
};
struct GetStatus {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.Status";
    static constexpr bool changes = false;
    bool operator==(const GetStatus&) const = default;
};
struct ListSessions {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.Sessions";
    static constexpr bool changes = false;
    bool operator==(const ListSessions&) const = default;
};
// Answered for ever, so it is to be called with `more`.
struct Watch {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.Watch";
    static constexpr bool changes = false;
    static constexpr std::chrono::milliseconds shortest{100};
    static constexpr std::chrono::milliseconds longest{3'600'000};
    std::chrono::milliseconds interval{1000};
    bool operator==(const Watch&) const = default;
};
struct Reload {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.Reload";
    static constexpr bool changes = true;
    bool operator==(const Reload&) const = default;
};
struct Drain {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.Drain";
    static constexpr bool changes = true;
    bool on = true;
    bool operator==(const Drain&) const = default;
};
struct EndSession {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.EndSession";
    static constexpr bool changes = true;
    std::uint64_t session = 0;
    bool operator==(const EndSession&) const = default;
};
struct SetLogLevel {
    static constexpr std::string_view method = "io.wyndrvr.Daemon.SetLogLevel";
    static constexpr bool changes = true;
    std::string level; // of log_level_names
    bool operator==(const SetLogLevel&) const = default;
};

using Call = std::variant<GetInfo, GetInterfaceDescription, GetStatus, ListSessions, Watch, Reload,
                          Drain, EndSession, SetLogLevel>;

std::string_view method_of(const Call& call);
bool changes(const Call& call);

struct Request {
    Call call;
    bool more = false;   // several answers are welcome
    bool oneway = false; // no answer is

    bool operator==(const Request&) const = default;
};

// The request of one message, or the answer of whoever cannot take it: a Varlink error with its
// NUL, empty for a caller that wants no answer.
std::expected<Request, std::string> decode_request(std::string_view text);

// The inverse, NUL included.
std::string encode_request(const Request& request);

// 16 hexadecimal digits: a session's name in journal, status and JSON.
std::string session_name(std::uint64_t id);
// The inverse; none for anything else.
std::optional<std::uint64_t> session_from(std::string_view name);

} // namespace wyn::status
