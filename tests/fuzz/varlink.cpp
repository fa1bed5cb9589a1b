// Both ends of the control socket against any stream of bytes: the daemon that is called, and the
// client that is answered.
// Promise: messages are the same wherever the stream is cut; every message has one answer that a
// client understands, or none; a status that was read is written and read back to the same.
#include "status/varlink.hpp"

#include "fuzz/target.hpp"
#include "status/model.hpp"

#include <vector>

using namespace wyn;

namespace {

constexpr std::size_t longest = 4096;

// All messages of a stream that comes in pieces of this size, up to one that is too long.
std::vector<std::string> messages_of(std::string_view stream, std::size_t piece) {
    status::MessageReader reader;
    std::vector<std::string> messages;
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        if (!reader.add(stream.substr(0, piece), longest)) break;
        while (auto message = reader.next()) {
            if (message->size() > longest) return messages; // came in one piece with others
            messages.push_back(*std::move(message));
        }
    }
    return messages;
}

void call(const std::string& message) {
    const status::Status ours{.version = "fuzz", .refused = {{"busy", 1}}, .sessions = {{}}};
    std::string reply = status::answer_call(message, [&] { return status::to_json(ours); });
    if (reply.empty()) return; // wants none
    WYN_CHECK(reply.find('\0') == reply.size() - 1);
    reply.pop_back();
    const auto parameters = status::parse_reply(reply);
    if (!parameters) return WYN_CHECK(parameters.error().what().starts_with("the daemon answers "));
    const auto status = status::from_json(*parameters);
    WYN_CHECK(status ? *status == ours : parameters->find("interfaces") != std::string::npos);
}

void reply(const std::string& message) {
    const auto parameters = status::parse_reply(message);
    if (!parameters) return WYN_CHECK(!parameters.error().what().empty());
    const auto status = status::from_json(*parameters);
    if (!status) return WYN_CHECK(!status.error().what().empty());
    const auto again = status::from_json(status::to_json(*status));
    WYN_CHECK(again && *again == *status);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream = fuzz::as_text(data, size);
    const auto messages = messages_of(stream, 1);
    WYN_CHECK(messages_of(stream, 7) == messages);
    WYN_CHECK(messages_of(stream, stream.size()) == messages);
    for (const std::string& message : messages) {
        call(message);
        reply(message);
    }
    return 0;
}
