// Bytes to messages and back. decode is total: every input gives exactly one message or exactly one
// reason, nothing is read past its end, nothing is allocated. What decode accepts, encode writes
// again so that it decodes to the same message.
//
// Decoding checks form and ranges only. Tags are checked by who holds the key: session/seal.hpp for
// sealed messages, session/client_handshake.hpp and daemon/listener.hpp for the handshake.
#pragma once

#include "wire/message.hpp"

#include <expected>
#include <optional>
#include <span>

namespace wyn::wire {

using Bytes = std::span<const std::uint8_t>;

// The type of anything that begins like a message of ours: at least 4 bytes, our magic, a known
// type. Version and length are not looked at.
std::optional<Type> peek_type(Bytes datagram);

std::expected<HandshakeMessage, Drop> decode_handshake(Bytes datagram);
std::expected<SealedMessage, Drop> decode_sealed(Bytes datagram);
// Reads the header of a bulk datagram; its tag is checked with the whole train
// (crypto/bulk_tag.hpp).
std::expected<BulkHeader, Drop> decode_bulk(Bytes datagram);
// How many datagrams at the front of `train`, of `segment` bytes each (not 0; the last may be
// shorter), have the type BULK by peek_type().
std::size_t count_of_type_bulk(Bytes train, std::size_t segment);
// How many datagrams at the front of `train`, of `segment` bytes each (the last may be shorter),
// have the header of the first, which decode_bulk() has accepted, but for sequence numbers that
// rise by one: at least 1.
std::size_t count_alike(Bytes train, std::size_t segment);

// Each returns the length written; the tag's bytes are written as zeros by encode(sealed) and as
// given for the handshake. `out` must hold the message: 512 bytes for the handshake, room_for() of
// the others.
std::size_t room_for(const SealedBody& body);
std::size_t encode(const HandshakeMessage& message, std::span<std::uint8_t> out);
std::size_t encode(const SealedMessage& message, std::span<std::uint8_t> out);
// Writes the header of a bulk datagram, bytes 0..31, at the front of each `stride` bytes of `out`;
// sequence numbers rise by one. The tags follow with the whole train.
void encode_bulk(const BulkHeader& first, std::span<std::uint8_t> out, std::size_t stride);

// The part of a message that its tag covers: all but the last 16 bytes.
Bytes covered_by_tag(Bytes message);
// The tag at the end of a message of at least 16 bytes.
Tag tag_of(Bytes message);
void put_tag(std::span<std::uint8_t> message, const Tag& tag);

} // namespace wyn::wire
