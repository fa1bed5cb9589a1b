#include "session/seal.hpp"

namespace wyn::session {

bool ReplayWindow::accept(std::uint64_t counter) {
    if (counter == 0 || (counter <= highest_ && highest_ - counter >= width)) return false;
    if (counter > highest_) {
        // What the new ones take the places of is forgotten.
        if (counter - highest_ >= width)
            seen_.fill(0);
        else
            for (std::uint64_t word = highest_ / 64 + 1; word <= counter / 64; ++word)
                seen_[word % words] = 0;
        highest_ = counter;
    }
    std::uint64_t& word = seen_[counter / 64 % words];
    const std::uint64_t bit = std::uint64_t{1} << counter % 64;
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
}

std::size_t Sealer::seal(const wire::SealedBody& body, std::span<std::uint8_t> out) {
    const std::size_t length =
        wire::encode({.session = session_, .counter = counter_++, .body = body}, out);
    const auto message = out.first(length);
    wire::put_tag(message, tagger_.tag(wire::covered_by_tag(message)));
    return length;
}

std::expected<wire::SealedBody, wire::Drop> Opener::open(wire::Bytes datagram) {
    auto message = wire::decode_sealed(datagram);
    if (!message) return std::unexpected{message.error()};
    if (message->session != session_) return std::unexpected{wire::Drop::session};
    if (!tagger_.verify(wire::covered_by_tag(datagram), wire::tag_of(datagram)))
        return std::unexpected{wire::Drop::tag};
    if (!window_.accept(message->counter)) return std::unexpected{wire::Drop::replayed};
    return message->body;
}

} // namespace wyn::session
