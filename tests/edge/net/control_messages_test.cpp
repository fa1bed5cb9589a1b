#include "check.hpp"
#include "net/control_messages.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cstring>

using namespace wyn;
using dgram::Address;
using net::ControlSpace;

// What we write as a source is what the kernel writes as the address asked.
static std::optional<Address> read_back(const Address& local) {
    ControlSpace space;
    msghdr message{};
    net::put_source(message, space, local, AF_INET6);
    return net::read_control(message).local;
}

template <typename T>
static T payload(const cmsghdr& control) {
    T value{};
    std::memcpy(&value, CMSG_DATA(&control), sizeof value);
    return value;
}

TEST_CASE("the address asked keeps its zone when it is link-local, and only then", "[net]") {
    const Address link_local = REQUIRE_OK(Address::parse("fe80::1%7"));
    CHECK(read_back(link_local) == link_local);
    const Address global = REQUIRE_OK(Address::parse("2001:db8::1"));
    Address with_interface = global;
    with_interface.scope = 7; // the kernel tells the interface of every datagram
    CHECK(read_back(with_interface) == global);
    const Address mapped = Address::v4(198, 51, 100, 1);
    CHECK(read_back(mapped) == mapped);
}

TEST_CASE("a message without control messages tells nothing", "[net]") {
    msghdr message{};
    const auto read = net::read_control(message);
    CHECK_FALSE(read.stamp);
    CHECK_FALSE(read.segment_size);
    CHECK_FALSE(read.drops);
    CHECK_FALSE(read.traffic_class);
    CHECK_FALSE(read.ttl);
    CHECK_FALSE(read.local);
}

TEST_CASE("what is put into one message stands one behind the other", "[net]") {
    ControlSpace space;
    msghdr message{};
    net::put_segment_size(message, space, 1200);
    net::put_transmit_time(message, space, MonoTime{0x1234'5678'9abcns});
    net::put_source(message, space, Address::v4(198, 51, 100, 1), AF_INET6);
    CHECK(message.msg_control == space.bytes.data());
    CHECK(message.msg_controllen == CMSG_SPACE(sizeof(std::uint16_t)) +
                                        CMSG_SPACE(sizeof(std::uint64_t)) +
                                        CMSG_SPACE(sizeof(in6_pktinfo)));

    cmsghdr* control = CMSG_FIRSTHDR(&message);
    REQUIRE(control != nullptr);
    CHECK(control->cmsg_level == SOL_UDP);
    CHECK(control->cmsg_type == UDP_SEGMENT);
    CHECK(control->cmsg_len == CMSG_LEN(sizeof(std::uint16_t)));
    CHECK(payload<std::uint16_t>(*control) == 1200);

    control = CMSG_NXTHDR(&message, control);
    REQUIRE(control != nullptr);
    CHECK(control->cmsg_level == SOL_SOCKET);
    CHECK(control->cmsg_type == SCM_TXTIME);
    CHECK(control->cmsg_len == CMSG_LEN(sizeof(std::uint64_t)));
    CHECK(payload<std::uint64_t>(*control) == 0x1234'5678'9abcU);

    control = CMSG_NXTHDR(&message, control);
    REQUIRE(control != nullptr);
    CHECK(CMSG_NXTHDR(&message, control) == nullptr);
    CHECK(net::read_control(message).local == Address::v4(198, 51, 100, 1));
}

TEST_CASE("a message that begins anew forgets what was in its space", "[net]") {
    ControlSpace space;
    msghdr first{};
    net::put_segment_size(first, space, 1200);
    net::put_transmit_time(first, space, MonoTime{1ns});
    msghdr second{};
    net::put_transmit_time(second, space, MonoTime{2ns});
    const cmsghdr* const control = CMSG_FIRSTHDR(&second);
    REQUIRE(control != nullptr);
    CHECK(second.msg_controllen == CMSG_SPACE(sizeof(std::uint64_t)));
    CHECK(payload<std::uint64_t>(*control) == 2);
}
