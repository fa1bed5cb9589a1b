#include "captured.hpp"
#include "net/route.hpp"

#include <linux/rtnetlink.h>
#include <netinet/in.h>

using namespace wyn;
using dgram::Address;
using dgram::Endpoint;

namespace {

struct Asked {
    rtmsg route{};
    Datagram attributes;

    Datagram value(std::uint16_t type) const {
        const auto found = net::find_attribute(attributes, type);
        if (!found) return {};
        return {found->begin(), found->end()};
    }
};

Asked asked(const net::RouteQuestion& question) {
    const auto request = net::route_request(question);
    const auto answer = REQUIRE_OK(net::read_answer(request.bytes()));
    REQUIRE(answer.messages.size() == 1);
    CHECK(answer.messages[0].type == RTM_GETROUTE);
    net::NetlinkBytes left = answer.messages[0].body;
    const auto route = net::take_structure<rtmsg>(left);
    REQUIRE(route);
    return {*route, {left.begin(), left.end()}};
}

Result<int> device_of(const std::string& name) {
    const Datagram datagram = captured(name);
    const auto answer = net::read_answer(datagram);
    if (!answer) return std::unexpected{answer.error()};
    return net::read_route(answer->messages.at(0));
}

} // namespace

TEST_CASE("a route is asked for by all that decides on it", "[net]") {
    const Asked v4 =
        asked({{Address::v4(198, 51, 100, 1), 0x1234}, {Address::v4(198, 51, 100, 7), 6711}});
    CHECK(v4.route.rtm_family == AF_INET);
    CHECK(v4.route.rtm_src_len == 32);
    CHECK(v4.route.rtm_dst_len == 32);
    CHECK(v4.value(RTA_SRC) == Datagram{198, 51, 100, 1});
    CHECK(v4.value(RTA_DST) == Datagram{198, 51, 100, 7});
    CHECK(v4.value(RTA_IP_PROTO) == Datagram{IPPROTO_UDP});
    CHECK(v4.value(RTA_SPORT) == Datagram{0x12, 0x34}); // as in a packet
    CHECK(v4.value(RTA_DPORT) == Datagram{0x1a, 0x37});
    CHECK(v4.value(RTA_OIF).empty());
}

TEST_CASE("a route of IPv6 is asked for with the device of the socket", "[net]") {
    const Address near = REQUIRE_OK(Address::parse("fe80::1%3"));
    const Address far = REQUIRE_OK(Address::parse("fe80::2%3"));
    const Asked v6 = asked({{near, 1}, {far, 2}, 3});
    CHECK(v6.route.rtm_family == AF_INET6);
    CHECK(v6.route.rtm_src_len == 128);
    CHECK(v6.route.rtm_dst_len == 128);
    CHECK(v6.value(RTA_DST) == Datagram{far.bytes.begin(), far.bytes.end()});
    net::NetlinkBytes device = *net::find_attribute(v6.attributes, RTA_OIF);
    CHECK(net::take_structure<int>(device) == 3);
}

TEST_CASE("the device of a kernel's route is read", "[net]") {
    if (!captured_are_readable) return;
    CHECK(REQUIRE_OK(device_of("route_v4")) == 3);
    CHECK(REQUIRE_OK(device_of("route_v6")) == 3);
    const auto refused = device_of("route_refused");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().is(std::errc::network_unreachable));
}

TEST_CASE("a message without a route's device is refused", "[net]") {
    if (!captured_are_readable) return;
    for (const char* name : {"route_without_device", "route_device_short", "route_device_negative",
                             "route_short", "fq"}) {
        const auto refused = device_of(name);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().is(std::errc::bad_message));
    }
}
