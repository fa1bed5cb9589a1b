// Any message of ours in one type, for tests that do not care which it is.
#pragma once

#include "wire/codec.hpp"

#include <ostream>
#include <vector>

namespace wyn::wire {

using AnyMessage = std::variant<HandshakeMessage, SealedMessage, BulkHeader>;

// Decodes by the type that the datagram shows; an unknown one is as good as a sealed one.
inline std::expected<AnyMessage, Drop> decode_any(Bytes datagram) {
    const auto as_any = [](auto decoded) -> std::expected<AnyMessage, Drop> {
        if (!decoded) return std::unexpected{decoded.error()};
        return AnyMessage{*decoded};
    };
    const auto type = peek_type(datagram);
    if (type && *type <= Type::refuse) return as_any(decode_handshake(datagram));
    if (type == Type::bulk) return as_any(decode_bulk(datagram));
    return as_any(decode_sealed(datagram));
}

// The bytes of the message; of a sealed one with zeros for its tag, of BULK the first 32.
inline std::vector<std::uint8_t> encode_any(const AnyMessage& message) {
    const auto* const with_seal = std::get_if<SealedMessage>(&message);
    std::vector<std::uint8_t> bytes(with_seal != nullptr ? room_for(with_seal->body) : 512);
    std::size_t size = 32;
    if (const auto* handshake = std::get_if<HandshakeMessage>(&message))
        size = encode(*handshake, bytes);
    else if (with_seal != nullptr)
        size = encode(*with_seal, bytes);
    else
        encode_bulk(std::get<BulkHeader>(message), bytes, bytes.size());
    bytes.resize(size);
    return bytes;
}

// What encode_any() gives for the message that was read from these bytes.
inline std::vector<std::uint8_t> without_tag(const AnyMessage& message, Bytes datagram) {
    std::vector<std::uint8_t> bytes{datagram.begin(), datagram.end()};
    if (std::holds_alternative<BulkHeader>(message)) bytes.resize(32);
    if (std::holds_alternative<SealedMessage>(message)) put_tag(bytes, Tag{});
    return bytes;
}

} // namespace wyn::wire
