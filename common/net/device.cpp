#include "net/device.hpp"

#include "net/fd.hpp"

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace wyn::net {

namespace {

// Bonds, teams and VLANs have the speed of the hardware below them.
constexpr std::array<std::string_view, 4> kinds_with_speed{"", "bond", "team", "vlan"};

// A name of the kernel's, up to its NUL; nothing when it is not fit to be printed.
std::optional<std::string> read_name(NetlinkBytes value) {
    const auto end = std::ranges::find(value, std::uint8_t{0});
    const std::string name{value.begin(), end};
    const auto is_graphic = [](char letter) { return letter > ' ' && letter < 0x7f; };
    if (end == value.end() || name.empty() || name.size() >= IFNAMSIZ ||
        !std::ranges::all_of(name, is_graphic))
        return std::nullopt;
    return name;
}

std::string kind_of(NetlinkBytes attributes) {
    const auto info = find_attribute(attributes, IFLA_LINKINFO);
    const auto kind = info ? find_attribute(*info, IFLA_INFO_KIND) : std::nullopt;
    // What cannot be read is still not hardware.
    return kind ? read_name(*kind).value_or("unknown") : "";
}

// What is of use of a link's settings.
struct Link {
    int words = 0; // of each of the three masks that follow; negative: wanted by the kernel
    std::uint32_t mbits = 0;
};

// Asks with room for masks of so many words (ethtool.h, struct ethtool_link_settings); nothing when
// the kernel does not answer.
std::optional<Link> ask(int fd, const std::string& device, int words) {
    constexpr std::size_t most_words = 127; // the number is a signed byte
    struct alignas(ethtool_link_settings) Room
        : std::array<std::uint8_t,
                     sizeof(ethtool_link_settings) + 3 * most_words * sizeof(std::uint32_t)> {};
    Room room{};
    ethtool_link_settings settings{};
    settings.cmd = ETHTOOL_GLINKSETTINGS;
    settings.link_mode_masks_nwords = static_cast<std::int8_t>(words);
    std::memcpy(room.data(), &settings, sizeof settings);
    ifreq request{};
    std::ranges::copy(device, request.ifr_name);
    request.ifr_data = reinterpret_cast<char*>(room.data());
    if (::ioctl(fd, SIOCETHTOOL, &request) != 0) return std::nullopt;
    std::memcpy(&settings, room.data(), sizeof settings);
    return Link{settings.link_mode_masks_nwords, settings.speed};
}

} // namespace

NetlinkRequest device_request(int index) {
    ifinfomsg wanted{};
    wanted.ifi_index = index;
    return {RTM_GETLINK, 0, wanted};
}

Result<DeviceCounters> read_device(const NetlinkMessage& message) {
    NetlinkBytes left = message.body;
    const auto fixed = take_structure<ifinfomsg>(left);
    if (message.type != RTM_NEWLINK || !fixed || fixed->ifi_index <= 0)
        return fail_errno(EBADMSG, "read a device");
    const auto name_value = find_attribute(left, IFLA_IFNAME);
    auto name = name_value ? read_name(*name_value) : std::nullopt;
    auto stats_value = find_attribute(left, IFLA_STATS64);
    if (!name || !stats_value) return fail_errno(EBADMSG, "read a device's counters");
    // Kernels append counters; of older ones the last are missing.
    rtnl_link_stats64 stats{};
    std::memcpy(&stats, stats_value->data(), std::min(sizeof stats, stats_value->size()));
    return DeviceCounters{.index = fixed->ifi_index,
                          .name = *std::move(name),
                          .kind = kind_of(left),
                          .sent_drops = stats.tx_dropped + stats.tx_fifo_errors,
                          .received_drops = stats.rx_dropped + stats.rx_missed_errors};
}

std::optional<std::uint64_t> link_speed(const DeviceCounters& device) {
    if (std::ranges::find(kinds_with_speed, device.kind) == kinds_with_speed.end())
        return std::nullopt;
    const auto fd =
        Fd::from_call(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "open a socket for ethtool");
    if (!fd) return std::nullopt;
    // The kernel first tells how many words its masks have, negative, and then wants that number.
    const auto offered = ask(fd->get(), device.name, 0);
    if (!offered || offered->words >= 0) return std::nullopt;
    const auto link = ask(fd->get(), device.name, -offered->words);
    if (!link || link->mbits == 0 || link->mbits == static_cast<std::uint32_t>(SPEED_UNKNOWN))
        return std::nullopt;
    return std::uint64_t{link->mbits} * 1'000'000;
}

} // namespace wyn::net
