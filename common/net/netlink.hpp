// Netlink messages as bytes, netlink(7): requests put together, answers taken apart. Numbers are in
// the byte order of this host. No socket here: net/egress.cpp has it.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace wyn::net {

using NetlinkBytes = std::span<const std::uint8_t>;

// One message of an answer; `body` is what follows its header, and lies in the datagram.
struct NetlinkMessage {
    std::uint16_t type = 0; // RTM_NEWROUTE, RTM_NEWQDISC, ...
    NetlinkBytes body;
};

// One attribute of a message, or of another attribute.
struct NetlinkAttribute {
    std::uint16_t type = 0; // without the flags of its two highest bits
    NetlinkBytes value;
};

// What one datagram of the kernel holds of its answer.
struct NetlinkAnswer {
    std::vector<NetlinkMessage> messages;
    bool is_last = false; // no datagram of this answer follows
};

// Takes a datagram apart. What the kernel refused is an error with its errno; EBADMSG: the datagram
// is none, a length in it leads beyond its end.
Result<NetlinkAnswer> read_answer(NetlinkBytes datagram);

// Takes the first attribute off `left`. Nothing: none is there, or its length leads beyond the end.
std::optional<NetlinkAttribute> take_attribute(NetlinkBytes& left);

// The value of the first attribute of this type.
std::optional<NetlinkBytes> find_attribute(NetlinkBytes attributes, std::uint16_t type);

// Takes a structure of the kernel off the front of `left`; nothing when it is not whole.
template <typename T>
std::optional<T> take_structure(NetlinkBytes& left) {
    if (left.size() < sizeof(T)) return std::nullopt;
    T value{};
    std::memcpy(&value, left.data(), sizeof value); // it need not be aligned
    left = left.subspan(sizeof value);
    return value;
}

// One message to the kernel. `flags` are added to NLM_F_REQUEST; its sequence number is 0.
class NetlinkRequest {
public:
    template <typename T>
    NetlinkRequest(std::uint16_t type, std::uint16_t flags, const T& body)
        : NetlinkRequest(type, flags, bytes_of(body)) {}

    void add(std::uint16_t attribute, NetlinkBytes value);
    template <typename T>
    void add_number(std::uint16_t attribute, T number) {
        add(attribute, bytes_of(number));
    }

    // Valid as long as the request.
    NetlinkBytes bytes() const& noexcept { return bytes_; }
    NetlinkBytes bytes() && = delete;

private:
    NetlinkRequest(std::uint16_t type, std::uint16_t flags, NetlinkBytes body);

    template <typename T>
    static NetlinkBytes bytes_of(const T& value) {
        return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
    }
    void append(NetlinkBytes part);
    void set_length();

    std::vector<std::uint8_t> bytes_;
};

} // namespace wyn::net
