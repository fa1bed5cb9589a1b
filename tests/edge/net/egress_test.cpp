// Where datagrams leave, on the machine as it is; network_test.cpp builds devices of its own.
#include "loopback.hpp"
#include "net/egress.hpp"

#include <net/if.h>
#include <sys/socket.h>

using namespace wyn;

TEST_CASE("what goes to the host itself leaves through its loopback device", "[net]") {
    for (const dgram::Address& address : edge::loopbacks()) {
        const auto far = edge::bound(address);
        const auto near = edge::bound(address);
        const auto raw = net::to_kernel(far.at, net::family_of(address));
        REQUIRE(::connect(near.fd.get(), raw->get(), raw->length) == 0);
        const int device = REQUIRE_OK(net::egress_device(near.fd.get()));
        CHECK(static_cast<unsigned>(device) == ::if_nametoindex("lo"));
        for (const net::Qdisc& qdisc : REQUIRE_OK(net::egress_qdiscs(near.fd.get())))
            CHECK(qdisc.device == device);
    }
}

TEST_CASE("a socket that is not connected has no device", "[net]") {
    const auto socket = edge::bound(edge::v4_loopback);
    const auto device = net::egress_device(socket.fd.get());
    REQUIRE_FALSE(device);
    CHECK(device.error().is(std::errc::not_connected));
    CHECK(device.error().what().starts_with("find a socket's device: getpeername: "));
    const auto qdiscs = net::egress_qdiscs(-1);
    REQUIRE_FALSE(qdiscs);
    CHECK(qdiscs.error().is(std::errc::bad_file_descriptor));
}
