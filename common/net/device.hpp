// What the kernel knows of a network device, over rtnetlink(7) and ethtool's ioctl.
#pragma once

#include "net/netlink.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wyn::net {

// What a device has counted since it exists, of all that passes it.
struct DeviceCounters {
    int index = 0;
    std::string name; // at most 15 printable characters
    // "veth", "bridge", "wireguard", ...: what made it; empty: it stands for hardware.
    std::string kind;
    // Dropped by the device or its driver: on the way out, and on the way in for want of buffers.
    std::uint64_t sent_drops = 0;
    std::uint64_t received_drops = 0;

    bool operator==(const DeviceCounters&) const = default;
};

NetlinkRequest device_request(int index);
// From the answer's message. EBADMSG: it is none of a device, or has no counters.
Result<DeviceCounters> read_device(const NetlinkMessage& message);

// The speed of the device's link in bit/s, as its driver tells; nothing for what stands for no
// hardware (its driver tells any number, veth 10 Gbit/s), has no link, or does not tell. Needs no
// privileges.
std::optional<std::uint64_t> link_speed(const DeviceCounters& device);

} // namespace wyn::net
