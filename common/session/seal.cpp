#include "session/seal.hpp"

namespace wyn::session {

bool ReplayWindow::accept(std::uint64_t counter) {
    static constexpr std::uint64_t width = 64;
    if (counter > highest_) {
        const std::uint64_t ahead = counter - highest_;
        seen_ = ahead < width ? seen_ << ahead | 1 : 1;
        highest_ = counter;
        return true;
    }
    const std::uint64_t behind = highest_ - counter;
    if (counter == 0 || behind >= width) return false;
    const std::uint64_t bit = std::uint64_t{1} << behind;
    if ((seen_ & bit) != 0) return false;
    seen_ |= bit;
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
