// Both ends of the control socket against any stream of bytes: the daemon that is called, and the
// client that is answered.
// Promise: messages are the same wherever the stream is cut; every message has answers that a
// client understands, or none; nobody but an operator has anything changed; a request and a status
// that were read are written and read back to the same.
#include "status/varlink.hpp"

#include "daemon/control_calls.hpp"
#include "fuzz/target.hpp"
#include "status/call.hpp"
#include "status/reply.hpp"

#include <vector>

using namespace wyn;

namespace {

constexpr std::size_t longest = 4096;

// A daemon that counts what it is told to do.
struct Desk final : daemon::Operations {
    status::Status status() const override {
        return {.version = "fuzz", .refused = {{"busy", 1}}, .sessions = {{}, {}}};
    }
    std::expected<daemon::Reloaded, config::Problems> reload() override {
        ++changes;
        return std::unexpected{config::Problems{"a", "b"}};
    }
    void drain(bool /*on*/) override { ++changes; }
    bool end_session(std::uint64_t id, std::uint32_t /*uid*/) override {
        ++changes;
        return id % 2 == 0;
    }
    void set_log_level(settings::LogLevel /*level*/) override { ++changes; }

    int changes = 0;
};

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

void call(const std::string& message, bool may_change) {
    Desk desk;
    const daemon::Answer answer =
        daemon::answer_call(message, {.uid = 7, .may_change = may_change}, desk);
    WYN_CHECK(may_change ? desk.changes <= 1 : desk.changes == 0);
    WYN_CHECK(!answer.watch || *answer.watch >= status::Watch::shortest);
    status::MessageReader reader;
    WYN_CHECK(reader.add(answer.bytes, answer.bytes.size()));
    while (const auto one = reader.next()) {
        const auto reply = status::parse_reply(*one);
        WYN_CHECK(reply.has_value());
        if (!*reply) WYN_CHECK(!reply->error().name.empty());
    }
    WYN_CHECK(!reader.holds_something());
}

void request(const std::string& message) {
    const auto request = status::decode_request(message);
    if (!request) return;
    std::string again = status::encode_request(*request);
    again.pop_back();
    const auto same = status::decode_request(again);
    WYN_CHECK(same && *same == *request);
}

void reply(const std::string& message) {
    const auto reply = status::parse_reply(message);
    if (!reply) return WYN_CHECK(!reply.error().what().empty());
    if (!*reply) return;
    const std::string& parameters = (*reply)->parameters;
    static_cast<void>(status::sessions_from(parameters));
    static_cast<void>(status::reloaded_from(parameters));
    const auto status = status::from_json(parameters);
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
        call(message, true);
        call(message, false);
        request(message);
        reply(message);
    }
    return 0;
}
