#include "check.hpp"
#include "net/device.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <vector>

using namespace wyn;
using net::DeviceCounters;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes text(std::string_view of) {
    Bytes bytes{of.begin(), of.end()};
    bytes.push_back(0);
    return bytes;
}

// The answer's message for a device, put together as a kernel does it.
struct Made {
    explicit Made(int index, std::uint16_t type = RTM_NEWLINK) : request{type, 0, fixed(index)} {}
    static ifinfomsg fixed(int index) {
        ifinfomsg message{};
        message.ifi_index = index;
        return message;
    }
    Made& named(std::string_view name) {
        request.add(IFLA_IFNAME, text(name));
        return *this;
    }
    Made& of_kind(std::string_view kind) {
        constexpr std::uint32_t body = 0; // a request has one
        net::NetlinkRequest info{0, 0, body};
        info.add(IFLA_INFO_KIND, text(kind));
        request.add(IFLA_LINKINFO, info.bytes().subspan(sizeof(nlmsghdr) + sizeof body));
        return *this;
    }
    Made& counting(const rtnl_link_stats64& stats, std::size_t bytes = sizeof(rtnl_link_stats64)) {
        request.add(IFLA_STATS64, {reinterpret_cast<const std::uint8_t*>(&stats), bytes});
        return *this;
    }
    Result<DeviceCounters> read() const {
        return net::read_device(REQUIRE_OK(net::read_answer(request.bytes())).messages.at(0));
    }
    net::NetlinkRequest request;
};

rtnl_link_stats64 some_stats() {
    rtnl_link_stats64 stats{};
    stats.tx_dropped = 3;
    stats.tx_fifo_errors = 4;
    stats.rx_dropped = 50;
    stats.rx_missed_errors = 60;
    stats.rx_errors = 1000; // damaged ones, and others that are counted apart
    return stats;
}

} // namespace

TEST_CASE("a device tells its name, its kind and what it dropped", "[net]") {
    CHECK(REQUIRE_OK(Made{7}.named("eno1").counting(some_stats()).read()) ==
          DeviceCounters{
              .index = 7, .name = "eno1", .kind = "", .sent_drops = 7, .received_drops = 110});
    CHECK(REQUIRE_OK(Made{8}.named("wg0").of_kind("wireguard").counting({}).read()).kind ==
          "wireguard");
}

TEST_CASE("an older kernel has fewer counters", "[net]") {
    const auto old =
        REQUIRE_OK(Made{7}
                       .named("eth0")
                       .counting(some_stats(), offsetof(rtnl_link_stats64, tx_fifo_errors))
                       .read());
    CHECK(old.sent_drops == 3);
}

TEST_CASE("what is no device, or tells nothing, is refused", "[net]") {
    CHECK_FALSE(Made(7, RTM_NEWADDR).named("eth0").counting({}).read());
    CHECK_FALSE(Made(0).named("eth0").counting({}).read());
    CHECK_FALSE(Made(7).named("eth0").read());
    CHECK_FALSE(Made(7).counting({}).read());
    CHECK_FALSE(Made(7).named("").counting({}).read());
    CHECK_FALSE(Made(7).named("a device of 17 b").counting({}).read());
    CHECK_FALSE(Made(7).named("eth\x1b").counting({}).read());
}

TEST_CASE("what stands for no hardware has no speed", "[net]") {
    for (const char* const kind : {"veth", "tun", "bridge", "dummy", "unknown"})
        CHECK_FALSE(net::link_speed({.index = 1, .name = "lo", .kind = kind}));
    CHECK_FALSE(net::link_speed({.index = 1, .name = "nosuchdevice", .kind = ""}));
}
