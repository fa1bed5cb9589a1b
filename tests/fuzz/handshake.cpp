// The messages of the handshake: HELLO, COOKIE, ASSIGN, REFUSE.
// Promise: any bytes are a message or have a reason not to be; a message encodes to bytes that
// decode to the same message.
#include "fuzz/target.hpp"
#include "wire/codec.hpp"

#include <array>

using namespace wyn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const wire::Bytes datagram{data, size};
    const auto message = wire::decode_handshake(datagram);
    if (!message) {
        WYN_CHECK(static_cast<std::size_t>(message.error()) < wire::drop_reasons);
        return 0;
    }
    WYN_CHECK(wire::peek_type(datagram).has_value());
    WYN_CHECK(!wire::decode_sealed(datagram) && !wire::decode_bulk(datagram));
    std::array<std::uint8_t, 512> bytes{};
    const std::size_t written = wire::encode(*message, bytes);
    WYN_CHECK(written == size);
    const auto again = wire::decode_handshake(std::span{bytes}.first(written));
    WYN_CHECK(again && *again == *message);
    return 0;
}
