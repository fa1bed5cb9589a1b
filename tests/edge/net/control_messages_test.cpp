#include "check.hpp"
#include "net/control_messages.hpp"

#include <sys/socket.h>

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
    CHECK_FALSE(read.local);
}
