#include "loopback.hpp"
#include "net/socket_options.hpp"
#include "waiting.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace wyn;
using dgram::Address;
using dgram::Endpoint;
using net::Fd;

static Fd unix_stream() {
    return REQUIRE_OK(Fd::from_call(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

TEST_CASE("an endpoint survives the way through the kernel's form", "[net]") {
    const Endpoint v4{Address::v4(198, 51, 100, 7), 6711};
    const Endpoint v6{REQUIRE_OK(Address::parse("fe80::1:2%3")), 65535};

    SECTION("IPv4 for an AF_INET socket") {
        const auto raw = net::to_kernel(v4, AF_INET);
        REQUIRE(raw);
        CHECK(raw->storage.ss_family == AF_INET);
        CHECK(raw->length == sizeof(sockaddr_in));
        CHECK(net::from_kernel(raw->storage) == v4);
    }
    SECTION("IPv4 for an AF_INET6 socket is v4-mapped") {
        const auto raw = net::to_kernel(v4, AF_INET6);
        REQUIRE(raw);
        CHECK(raw->storage.ss_family == AF_INET6);
        CHECK(net::from_kernel(raw->storage) == v4);
    }
    SECTION("IPv6 with its scope") {
        const auto raw = net::to_kernel(v6, AF_INET6);
        REQUIRE(raw);
        CHECK(raw->length == sizeof(sockaddr_in6));
        CHECK(net::from_kernel(raw->storage) == v6);
    }
    SECTION("an AF_INET socket cannot reach IPv6") {
        CHECK_FALSE(net::to_kernel(v6, AF_INET));
    }
    SECTION("an address of another family is none of ours") {
        sockaddr_storage raw{};
        raw.ss_family = AF_UNIX;
        CHECK_FALSE(net::from_kernel(raw));
    }
}

TEST_CASE("a refused option is an error that names it", "[net]") {
    const Fd unix_fd = unix_stream();
    const auto set = net::set_option(unix_fd.get(), net::option::coalescing, true);
    REQUIRE_FALSE(set);
    CHECK(set.error().what().starts_with("set UDP_GRO: "));
    const auto read = net::get_option(-1, net::option::receive_buffer);
    REQUIRE_FALSE(read);
    CHECK(read.error().what() == "read SO_RCVBUF: Bad file descriptor");
}

TEST_CASE("asking for a buffer tells what was granted", "[net]") {
    const auto socket = edge::bound(edge::v4_loopback);
    const std::size_t granted = REQUIRE_OK(net::ask_receive_buffer(socket.fd.get(), 100'000));
    CHECK(granted == 200'000); // below every limit: twice what was asked, see socket(7)
    CHECK(REQUIRE_OK(net::get_option(socket.fd.get(), net::option::receive_buffer)) == 200'000);
    // More than there can be: the limit, or the kernel's largest number, but no failure.
    CHECK(REQUIRE_OK(net::ask_send_buffer(socket.fd.get(), SIZE_MAX)) >= 100'000);
}

TEST_CASE("a new UDP socket never fragments, stamps, and is closed on exec", "[net]") {
    for (const Address& address : edge::loopbacks()) {
        const auto socket = edge::bound(address);
        const int fd = socket.fd.get();
        CHECK(socket.at.address == address);
        CHECK(socket.at.port != 0);
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::receive_stamps)));
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::receive_drop_count)));
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::mtu_discovery_v4)) == IP_PMTUDISC_PROBE);
        CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
        CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::receive_tos)));
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::receive_ttl)));
        if (address.is_v4()) continue;
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::mtu_discovery_v6)) ==
              IPV6_PMTUDISC_PROBE);
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::receive_tclass)));
        CHECK(REQUIRE_OK(net::get_option(fd, net::option::receive_hop_limit)));
    }
}

TEST_CASE("the options of a UDP socket are asked for by name", "[net]") {
    const auto plain = edge::bound(edge::v4_loopback, {.stamps = false});
    CHECK_FALSE(REQUIRE_OK(net::get_option(plain.fd.get(), net::option::receive_stamps)));
    CHECK_FALSE(REQUIRE_OK(net::get_option(plain.fd.get(), net::option::packet_info_v4)));
    const auto asked = edge::bound(
        edge::v4_loopback,
        {.packet_info = true, .receive_buffer_bytes = 50'000, .send_buffer_bytes = 40'000});
    CHECK(REQUIRE_OK(net::get_option(asked.fd.get(), net::option::packet_info_v4)));
    CHECK(REQUIRE_OK(net::get_option(asked.fd.get(), net::option::receive_buffer)) == 100'000);
    CHECK(REQUIRE_OK(net::get_option(asked.fd.get(), net::option::send_buffer)) == 80'000);
}

TEST_CASE("a UDP port that is taken is refused with its address", "[net]") {
    const auto first = edge::bound(edge::v4_loopback);
    const auto second = net::open_udp(first.at, {});
    REQUIRE_FALSE(second);
    CHECK(second.error().is(std::errc::address_in_use));
    CHECK(second.error().what() == "bind " + print(first.at) + ": Address already in use");
}

TEST_CASE("an address that is not ours cannot be bound", "[net]") {
    const auto foreign = net::open_udp({Address::v4(192, 0, 2, 199), 7000}, {});
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().what().starts_with("bind 192.0.2.199:7000: "));
}

TEST_CASE("a UDP socket can be tied to a device", "[net]") {
    CHECK(net::open_udp({edge::v4_loopback, 0}, {.device = "lo"}));
    const auto missing = net::open_udp({edge::v4_loopback, 0}, {.device = "nosuchdevice"});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what() == "open a UDP socket for 127.0.0.1:0: bind to device "
                                    "'nosuchdevice': No such device");
}

TEST_CASE("a connected socket knows its peer and the path's largest packet", "[net]") {
    const auto far = edge::bound(edge::v4_loopback);
    const auto near = edge::bound(edge::v4_loopback);
    const auto before = net::peer_endpoint(near.fd.get());
    REQUIRE_FALSE(before);
    CHECK(before.error().is(std::errc::not_connected));
    const auto raw = net::to_kernel(far.at, AF_INET);
    REQUIRE(::connect(near.fd.get(), raw->get(), raw->length) == 0);
    CHECK(REQUIRE_OK(net::peer_endpoint(near.fd.get())) == far.at);
    CHECK(REQUIRE_OK(net::path_mtu(near.fd.get())) >= 1280);
}

TEST_CASE("a UDP socket that was used is made as good as new", "[net]") {
    const auto lent = edge::bound(edge::v4_loopback);
    const auto first = edge::bound(edge::v4_loopback);
    const auto second = edge::bound(edge::v4_loopback);
    const auto send_from = [&](const edge::BoundSocket& sender) {
        const auto to = net::to_kernel(lent.at, AF_INET);
        REQUIRE(::sendto(sender.fd.get(), "hi", 2, 0, to->get(), to->length) == 2);
    };
    REQUIRE(net::set_option(lent.fd.get(), net::option::traffic_class_v4, 184));
    REQUIRE(net::enable_departure_stamps(lent.fd.get(), true));
    send_from(first);
    REQUIRE(edge::readable(lent.fd.get()));

    REQUIRE(net::renew_udp(lent.fd.get(), {}));
    CHECK(REQUIRE_OK(net::get_option(lent.fd.get(), net::option::traffic_class_v4)) == 0);
    CHECK(REQUIRE_OK(net::local_endpoint(lent.fd.get())) == lent.at);
    // What came for the first one is gone.
    CHECK_FALSE(edge::readable(lent.fd.get(), Duration::zero()));
    send_from(second);
    CHECK(edge::readable(lent.fd.get()));
}

TEST_CASE("a socket of this network namespace is known as such", "[net]") {
    CHECK(net::is_in_our_network(edge::bound(edge::v4_loopback).fd.get()));
    CHECK(net::is_in_our_network(-1)); // nothing is known of it
}
