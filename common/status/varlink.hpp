// The control socket's protocol: Varlink, one JSON object per message, ended by a NUL byte
// (https://varlink.org/Method-Call). Pure: text in, text out.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wyn::status {

inline constexpr std::size_t longest_message = 64 * 1024; // of a request
inline constexpr std::string_view status_method = "io.wyndrvr.Daemon.Status";

// Cuts a stream of bytes into messages.
class MessageReader {
public:
    // False when a message grows beyond `longest`: the peer is not to be served any more.
    bool add(std::string_view bytes, std::size_t longest);
    // The next whole message without its NUL.
    std::optional<std::string> next();

private:
    std::string buffer_;
};

// A call of a method without parameters, NUL included.
std::string make_call(std::string_view method);

// What the daemon answers to one message, NUL included; empty for a call that wants no answer
// (`oneway`). `status` gives the parameters of the Status reply as JSON.
std::string answer_call(std::string_view message, const std::function<std::string()>& status);

// The parameters of a reply as JSON, or the error that the daemon sent instead.
Result<std::string> parse_reply(std::string_view message);

} // namespace wyn::status
