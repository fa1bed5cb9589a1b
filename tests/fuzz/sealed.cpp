// The messages that are sealed with a port's key, without the seal.
// Promise: any bytes are a message or have a reason not to be; a message encodes to bytes that
// decode to the same message; its times can be computed with.
#include "fuzz/target.hpp"
#include "wire/codec.hpp"

#include <vector>

using namespace wyn;

namespace {

// The arithmetic that sessions do with a peer's times must not overflow; the undefined behaviour
// sanitizer watches.
void compute_with(const wire::Feedback& feedback) {
    const MonoTime now = mono_from_ns(wire::latest_ns);
    const Duration held{static_cast<Duration::rep>(feedback.held_ns)};
    const Duration rtt = MonoTime{} - mono_from_ns(feedback.newest_sent_ns) - held;
    WYN_CHECK(rtt <= now.time_since_epoch());
    for (const wire::StepSeen& step : feedback.steps.all()) {
        const Duration delay = Duration{feedback.lowest_delay_ns} + step.lowest_delay;
        WYN_CHECK(step.lowest_delay >= Duration::zero() && delay - step.lowest_delay <= delay);
        WYN_CHECK(step.first_arrival_ns <= wire::latest_ns + 64 * std::uint64_t{0xffff'ffff});
    }
}

// A map tells each number once, from the newest down to 0 at most.
void read(const wire::ReceivedMap& map) {
    wire::StretchReader reader{map};
    std::uint64_t left = std::uint64_t{map.newest} + 1;
    while (const auto stretch = reader.next()) {
        WYN_CHECK(stretch->count >= 1 && stretch->count <= left && stretch->highest == left - 1);
        left -= stretch->count;
    }
    WYN_CHECK(reader.is_sound());
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const wire::Bytes datagram{data, size};
    const auto message = wire::decode_sealed(datagram);
    if (!message) {
        WYN_CHECK(static_cast<std::size_t>(message.error()) < wire::drop_reasons);
        return 0;
    }
    WYN_CHECK(wire::peek_type(datagram).has_value());
    WYN_CHECK(!wire::decode_handshake(datagram) && !wire::decode_bulk(datagram));
    WYN_CHECK(wire::covered_by_tag(datagram).size() + sizeof(wire::Tag) == size);
    std::vector<std::uint8_t> bytes(wire::room_for(message->body));
    const std::size_t written = wire::encode(*message, bytes);
    WYN_CHECK(written == size);
    const auto again = wire::decode_sealed(std::span{bytes}.first(written));
    WYN_CHECK(again && *again == *message);
    if (const auto* feedback = std::get_if<wire::Feedback>(&message->body)) compute_with(*feedback);
    if (const auto* echo = std::get_if<wire::Echo>(&message->body)) read(echo->map);
    return 0;
}
