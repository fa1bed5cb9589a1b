// Reads the messages of the handshake, see wire/codec.hpp.
#include "wire/decode_parts.hpp"

#include <algorithm>
#include <array>

namespace wyn::wire {

namespace {

// A list of type, length, value that fills `raw` exactly, with each type once.
bool well_formed(Bytes raw) {
    std::array<std::uint16_t, most_extensions> seen{};
    std::size_t count = 0;
    while (!raw.empty()) {
        if (raw.size() < 4 || count == most_extensions) return false;
        const auto type = static_cast<std::uint16_t>(raw[0] << 8 | raw[1]);
        const std::size_t length = static_cast<std::size_t>(raw[2] << 8 | raw[3]);
        if (raw.size() - 4 < length) return false;
        if (std::find(seen.begin(), seen.begin() + count, type) != seen.begin() + count)
            return false;
        seen[count++] = type;
        raw = raw.subspan(4 + length);
    }
    return true;
}

// `area` is the message's whole room for extensions; what is not used must be zeros.
std::optional<Extensions> read_extensions(std::uint16_t bytes, Bytes area) {
    if (bytes > area.size() || !well_formed(area.first(bytes))) return std::nullopt;
    const Bytes unused = area.subspan(bytes);
    if (std::any_of(unused.begin(), unused.end(), [](std::uint8_t byte) { return byte != 0; }))
        return std::nullopt;
    Extensions extensions{.bytes = bytes};
    std::copy_n(area.begin(), bytes, extensions.raw.begin());
    return extensions;
}

std::expected<HandshakeMessage, Drop> decode_hello(Bytes datagram) {
    if (datagram.size() != sizeof(HelloLayout)) return Rejected{Drop::length};
    const auto in = read<HelloLayout>(datagram);
    Hello hello{.version_min = in.version_min.bytes[0],
                .version_max = in.version_max.bytes[0],
                .key_id = in.key_id.u32(),
                .nonce = in.nonce,
                .cookie = in.cookie,
                .wish_rate_bps = in.wish_rate_bps.get(),
                .wish_duration_ms = in.wish_duration_ms.u32(),
                .tag = in.tag};
    if (hello.version_min == 0 || hello.version_max < hello.version_min)
        return Rejected{Drop::version};
    if (hello.wish_rate_bps > highest_rate_bps || hello.wish_duration_ms > longest_test_ms)
        return Rejected{Drop::value};
    const auto extensions = read_extensions(in.extension_bytes.u16(), in.extensions);
    if (!extensions) return Rejected{Drop::extension};
    hello.extensions = *extensions;
    return hello;
}

std::expected<HandshakeMessage, Drop> decode_cookie(Bytes datagram) {
    if (datagram.size() != sizeof(CookieLayout)) return Rejected{Drop::length};
    const auto in = read<CookieLayout>(datagram);
    return Cookie{.nonce = in.nonce, .cookie = in.cookie};
}

bool in_range(const Assign& assign) {
    return assign.session != 0 && assign.control_port != 0 && assign.upload_port != 0 &&
           assign.download_port != 0 && assign.max_rate_bps <= highest_rate_bps &&
           within<std::uint32_t>(assign.max_duration_ms, 1, longest_test_ms) &&
           within<std::uint32_t>(assign.max_datagram_bytes, shortest_bulk, longest_bulk) &&
           within<std::uint32_t>(assign.heartbeat_us, 10'000, 1'000'000) &&
           within<std::uint32_t>(assign.adjustment_delay_us, 1'000, 1'000'000) &&
           within<std::uint32_t>(assign.feedback_interval_us, 1'000, 125'000) &&
           within<std::uint32_t>(assign.half_open_ms, 500, 30'000) &&
           within<std::uint32_t>(assign.idle_timeout_ms, 1'000, 60'000);
}

std::expected<HandshakeMessage, Drop> decode_assign(Bytes datagram) {
    if (datagram.size() != sizeof(AssignLayout)) return Rejected{Drop::length};
    const auto in = read<AssignLayout>(datagram);
    if (in.header.version.get() != protocol_version || in.version.get() != protocol_version)
        return Rejected{Drop::version};
    Assign assign{.session = in.header.session.get(),
                  .client_nonce = in.client_nonce,
                  .server_nonce = in.server_nonce,
                  .control_port = in.control_port.u16(),
                  .upload_port = in.upload_port.u16(),
                  .download_port = in.download_port.u16(),
                  .max_rate_bps = in.max_rate_bps.get(),
                  .max_volume_bytes = in.max_volume_bytes.get(),
                  .max_duration_ms = in.max_duration_ms.u32(),
                  .max_datagram_bytes = in.max_datagram_bytes.u16(),
                  .version = in.version.bytes[0],
                  .heartbeat_us = in.heartbeat_us.u32(),
                  .adjustment_delay_us = in.adjustment_delay_us.u32(),
                  .feedback_interval_us = in.feedback_interval_us.u32(),
                  .half_open_ms = in.half_open_ms.u32(),
                  .idle_timeout_ms = in.idle_timeout_ms.u32(),
                  .seen_address = in.seen_address,
                  .seen_port = in.seen_port.u16(),
                  .release = in.release,
                  .tag = in.tag};
    if (!in_range(assign) || release_from(text_of(assign.release)) != assign.release)
        return Rejected{Drop::value};
    const auto extensions = read_extensions(in.extension_bytes.u16(), in.extensions);
    if (!extensions) return Rejected{Drop::extension};
    assign.extensions = *extensions;
    return assign;
}

std::expected<HandshakeMessage, Drop> decode_refuse(Bytes datagram) {
    if (datagram.size() != sizeof(RefuseLayout)) return Rejected{Drop::length};
    const auto in = read<RefuseLayout>(datagram);
    const auto code = refusal_from(in.code.u16());
    if (!code) return Rejected{Drop::value};
    return Refuse{.nonce = in.nonce,
                  .code = *code,
                  .version_min = in.version_min.bytes[0],
                  .version_max = in.version_max.bytes[0],
                  .retry_after_ms = in.retry_after_ms.u32(),
                  .have = in.have.get(),
                  .limit = in.limit.get(),
                  .detail = in.detail.u16(),
                  .tag = in.tag};
}

} // namespace

// The version of HELLO, COOKIE and REFUSE is not looked at: they are what two versions agree or
// part with, so their form is the same in all of them.
std::expected<HandshakeMessage, Drop> decode_handshake(Bytes datagram) {
    if (const auto flaw = flaw_of_frame(datagram)) return Rejected{*flaw};
    const auto type = peek_type(datagram);
    if (type == Type::hello) return decode_hello(datagram);
    if (type == Type::cookie) return decode_cookie(datagram);
    if (type == Type::assign) return decode_assign(datagram);
    if (type == Type::refuse) return decode_refuse(datagram);
    return Rejected{Drop::type};
}

} // namespace wyn::wire
