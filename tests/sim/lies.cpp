#include "sim/lies.hpp"

#include "wire/codec.hpp"

namespace wyn::sim {

dgram::SendOutcome MuteDoor::send(std::span<const std::uint8_t> /*bytes*/,
                                  std::size_t /*segment_size*/, const dgram::Endpoint* /*to*/) {
    return {dgram::SendStatus::sent, 1, 0};
}

dgram::SendOutcome LyingDoor::send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                                   const dgram::Endpoint* to) {
    auto message = wire::decode_sealed(bytes);
    auto* const feedback = message ? std::get_if<wire::Feedback>(&message->body) : nullptr;
    if (feedback == nullptr) return Door::send(bytes, segment_size, to);
    ++lies_;
    if (!first_) first_ = *feedback;
    const std::uint64_t size = feedback->totals.packets == 0
                                   ? 0
                                   : feedback->totals.payload_bytes / feedback->totals.packets;
    switch (lie_) {
    case FeedbackLie::all_received: feedback->totals.packets = feedback->newest_sequence + 1; break;
    case FeedbackLie::from_the_future:
        feedback->newest_sequence += 1'000'000;
        feedback->totals.packets += 1'000'000;
        break;
    case FeedbackLie::guessed_receipt: feedback->newest_receipt ^= 0x5a5a5a5a; break;
    case FeedbackLie::only_the_first: *feedback = *first_; break;
    }
    if (lie_ != FeedbackLie::only_the_first)
        feedback->totals.payload_bytes = feedback->totals.packets * size;
    std::array<std::uint8_t, wire::longest_sealed> lied{};
    const std::size_t length = wire::encode(*message, lied);
    const auto written = std::span{lied}.first(length);
    wire::put_tag(written, tagger_.tag(wire::covered_by_tag(written)));
    return Door::send(written, length, to);
}

dgram::SendOutcome WanderingDoor::send(std::span<const std::uint8_t> bytes,
                                       std::size_t segment_size, const dgram::Endpoint* to) {
    auto message = wire::decode_sealed(bytes);
    auto* const beat = message ? std::get_if<wire::Beat>(&message->body) : nullptr;
    const bool echoes = beat != nullptr && beat->step == 2;
    if (lie_ == PathLie::other_address)
        return socket().send_from({elsewhere_, socket().local().port}, bytes);
    if (!echoes) return Door::send(bytes, segment_size, to);
    if (lie_ == PathLie::other_port)
        return socket().send_from(
            {socket().local().address, static_cast<std::uint16_t>(socket().local().port + 1)},
            bytes);
    beat->echo.fill(0x55);
    std::array<std::uint8_t, wire::longest_sealed> lied{};
    const std::size_t length = wire::encode(*message, lied);
    const auto written = std::span{lied}.first(length);
    wire::put_tag(written, tagger_.tag(wire::covered_by_tag(written)));
    return Door::send(written, length, to);
}

} // namespace wyn::sim
