// How the control socket's messages are framed: Varlink, one JSON object per message, ended by a
// NUL byte. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wyn::status {

// Cuts a stream of bytes into messages.
class MessageReader {
public:
    // False when a message grows beyond `longest`: the peer is not to be served any more.
    bool add(std::string_view bytes, std::size_t longest);
    // The next whole message without its NUL.
    std::optional<std::string> next();
    bool has_message() const { return buffer_.find('\0') != std::string::npos; }
    // Whether a part of a message is here.
    bool holds_something() const { return !buffer_.empty(); }

private:
    std::string buffer_;
};

} // namespace wyn::status
