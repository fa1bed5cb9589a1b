// Departure times on loopback, where nothing waits for them: they must do no harm there.
#include "loopback.hpp"
#include "net/control_messages.hpp"
#include "net/socket_options.hpp"
#include "waiting.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

using namespace wyn;

namespace {

constexpr std::size_t datagram_bytes = 100;
constexpr std::size_t datagrams = 3;

// Sends a train of three that is to leave at `time`; gives the errno.
int send_train(int near, MonoTime time) {
    std::array<std::uint8_t, datagrams * datagram_bytes> bytes{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    net::ControlSpace space;
    net::put_segment_size(message, space, datagram_bytes);
    net::put_transmit_time(message, space, time);
    return ::sendmsg(near, &message, 0) < 0 ? errno : 0;
}

// The wall time at which the kernel saw the next datagram, whose length is as sent.
WallTime receive_one(int fd) {
    REQUIRE(edge::readable(fd));
    std::array<std::uint8_t, 2 * datagram_bytes> bytes;
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    net::ControlSpace space;
    net::expect_control(message, space);
    CHECK(::recvmsg(fd, &message, 0) == ssize_t{datagram_bytes});
    // Stamps may begin a moment after they were asked for.
    return net::read_control(message).stamp.value_or(wall_now());
}

edge::BoundSocket connected_to(const edge::BoundSocket& far) {
    edge::BoundSocket near = edge::bound(far.at.address);
    const auto raw = net::to_kernel(far.at, net::family_of(far.at.address));
    REQUIRE(raw);
    REQUIRE(::connect(near.fd.get(), raw->get(), raw->length) == 0);
    return near;
}

} // namespace

TEST_CASE("a train with a departure time arrives where no time is honoured", "[net]") {
    for (const dgram::Address& address : edge::loopbacks()) {
        const auto far = edge::bound(address);
        const auto near = connected_to(far);
        REQUIRE(net::enable_transmit_time(near.fd.get()));
        for (const Duration ahead : {Duration{5ms}, Duration{-5ms}}) {
            const WallTime before = wall_now();
            REQUIRE(send_train(near.fd.get(), mono_now() + ahead) == 0);
            for (std::size_t i = 0; i < datagrams; ++i) {
                // The time of departure, which is of another clock, is not taken for a stamp.
                const WallTime stamp = receive_one(far.fd.get());
                CHECK(stamp > before - 1s);
                CHECK(stamp < wall_now() + 1s);
            }
        }
    }
}

TEST_CASE("a departure time is refused on a socket that it was not enabled for", "[net]") {
    const auto far = edge::bound(edge::v4_loopback);
    const auto near = connected_to(far);
    CHECK(send_train(near.fd.get(), mono_now()) == EINVAL);
}

TEST_CASE("a socket that knows no departure times is an error with its option", "[net]") {
    const auto enabled = net::enable_transmit_time(-1);
    REQUIRE_FALSE(enabled);
    CHECK(enabled.error().what() == "set SO_TXTIME: Bad file descriptor");
}
