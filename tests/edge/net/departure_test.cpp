// When datagrams depart, as the kernel tells it on loopback, where every one is stamped
// inside of the call that sends it (Linux 4.0).
#include "loopback.hpp"
#include "net/departure_queue.hpp"
#include "net/socket_options.hpp"
#include "net/udp_datagrams.hpp"
#include "waiting.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <vector>

using namespace wyn;
using dgram::Departure;
using dgram::ReceivedTrain;
using dgram::SendStatus;
using net::UdpDatagrams;

namespace {

const std::vector<std::uint8_t> payload(200, 1);

// Two sockets, the near one connected to the far one.
struct Pair {
    explicit Pair(const dgram::Address& address)
        : Pair(edge::bound(address), edge::bound(address)) {}
    Pair(edge::BoundSocket near_socket, edge::BoundSocket far_socket)
        : far_at{far_socket.at}, near{std::move(near_socket.fd)}, far{std::move(far_socket.fd)} {
        REQUIRE(near.connect(far_at));
    }
    dgram::SendOutcome send(std::uint32_t id) {
        return near.send_one(payload, {.departure_id = id});
    }
    ReceivedTrain arrive() {
        REQUIRE(edge::readable(far.fd()));
        ReceivedTrain train;
        REQUIRE(REQUIRE_OK(far.receive(train)));
        return train;
    }

    dgram::Endpoint far_at;
    UdpDatagrams near, far;
};

bool in_error(int fd) {
    pollfd watched{fd, 0, 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLERR) != 0;
}

} // namespace

// The kernel stamps by the wall clock. Where a host that is busy takes us off the processor between
// two readings, our idea of the distance between the clocks is off by some of that time: 1 us was
// exceeded once under a sanitizer, beside other tests.
constexpr Duration map_error = 1ms;

TEST_CASE("a datagram that asks is told of when it left, under its id", "[net]") {
    for (const dgram::Address& address : edge::loopbacks()) {
        INFO(print(address));
        Pair pair{address};
        for (const std::uint32_t id : {7U, 8U, 3U, 0xffff'ffffU, 0U}) {
            const MonoTime before = mono_now();
            const dgram::SendOutcome outcome = pair.send(id);
            const MonoTime after = mono_now();
            REQUIRE(outcome.status == SendStatus::sent);
            CHECK(outcome.handed >= before);
            CHECK(outcome.left > outcome.handed);
            CHECK(outcome.left < after);
            Departure departure;
            REQUIRE(pair.near.take_departure(departure));
            CHECK(departure.id == id);
            CHECK(departure.stamp.origin == StampOrigin::kernel);
            CHECK(departure.stamp.time > outcome.handed - map_error);
            CHECK(departure.stamp.time < after + map_error);
            CHECK_FALSE(pair.near.take_departure(departure));
            // On loopback it arrives as it leaves; what arrives is stamped as ever.
            const ReceivedTrain train = pair.arrive();
            CHECK(train.stamp.origin == StampOrigin::kernel);
            CHECK(train.stamp.time > departure.stamp.time - map_error);
        }
        CHECK(pair.near.capabilities().departure_stamps);
    }
}

TEST_CASE("departures that nobody took at once are all there, in their order", "[net]") {
    Pair pair{edge::v4_loopback};
    for (std::uint32_t id = 0; id < 50; ++id)
        REQUIRE(pair.send(3 * id).status == SendStatus::sent);
    CHECK(in_error(pair.near.fd())); // epoll would tell of it
    Departure departure;
    for (std::uint32_t id = 0; id < 50; ++id) {
        REQUIRE(pair.near.take_departure(departure));
        CHECK(departure.id == 3 * id);
    }
    CHECK_FALSE(pair.near.take_departure(departure));
    CHECK_FALSE(in_error(pair.near.fd())); // and has nothing more to tell of
}

TEST_CASE("who does not ask is told nothing", "[net]") {
    Pair pair{edge::v4_loopback};
    REQUIRE(pair.send(1).status == SendStatus::sent); // the stamps are switched on
    Departure departure;
    REQUIRE(pair.near.take_departure(departure));
    REQUIRE(pair.near.send_one(payload, {}).status == SendStatus::sent);
    REQUIRE(pair.near.send(payload, payload.size(), nullptr).status == SendStatus::sent);
    CHECK_FALSE(in_error(pair.near.fd()));
    pair.near.on_error_event(); // to no purpose
    CHECK_FALSE(pair.near.take_departure(departure));
}

TEST_CASE("a datagram bears the traffic class that it was given", "[net]") {
    const auto sent_with = [](UdpDatagrams& near, Pair& pair, std::uint8_t traffic_class) {
        REQUIRE(near.send_one(payload, {.traffic_class = traffic_class}).status ==
                SendStatus::sent);
        return pair.arrive().traffic_class;
    };
    for (const dgram::Address& address : edge::loopbacks()) {
        INFO(print(address));
        Pair pair{address};
        for (const std::uint8_t traffic_class : std::initializer_list<std::uint8_t>{0, 184, 2, 255})
            CHECK(sent_with(pair.near, pair, traffic_class) == dgram::TrafficClass{traffic_class});
    }
    if (!edge::has_ipv6()) return;
    Pair pair{edge::v4_loopback}; // and IPv4 in mapped form
    UdpDatagrams near{edge::bound(edge::v6_any).fd};
    REQUIRE(near.connect(pair.far_at));
    REQUIRE(near.send_one(payload, {.traffic_class = 184}).status == SendStatus::sent);
    CHECK(pair.arrive().traffic_class == dgram::TrafficClass{184});
}

TEST_CASE("an error of the network in the same queue is told as an error, and no departure",
          "[net]") {
    Pair pair{edge::v4_loopback};
    const int on = 1;
    REQUIRE(::setsockopt(pair.near.fd(), IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0);
    const dgram::Endpoint closed = edge::bound(edge::v4_loopback).at; // nobody is there any more
    REQUIRE(pair.near.connect(closed));
    REQUIRE(pair.send(5).status == SendStatus::sent);
    REQUIRE(edge::comes_true([&] { return in_error(pair.near.fd()); }));
    pair.near.on_error_event();
    Departure departure;
    std::size_t departures = 0;
    while (pair.near.take_departure(departure))
        departures += departure.id == 5 ? 1U : 0U;
    CHECK(departures == 1);
    ReceivedTrain train;
    const auto received = pair.near.receive(train);
    REQUIRE_FALSE(received.has_value());
    CHECK(received.error().code().value() == ECONNREFUSED);
    CHECK_FALSE(in_error(pair.near.fd()));
}

namespace {

// A socket of a kernel that does not let us choose ids (before 6.13), as far as the queue knows.
struct Counting {
    Counting() : far{edge::bound(edge::v4_loopback)}, near{edge::bound(edge::v4_loopback)} {
        REQUIRE(queue.begin(near.fd.get()));
        REQUIRE(queue.on_refused(near.fd.get(), EINVAL));
        REQUIRE(queue.is_on());
    }
    void send(std::uint32_t id, bool to_somewhere = true) {
        std::vector<std::uint8_t> bytes = payload;
        iovec part{bytes.data(), bytes.size()};
        const auto to =
            net::to_kernel(to_somewhere ? far.at : dgram::Endpoint{far.at.address, 0}, AF_INET);
        net::SocketAddress address = *to;
        msghdr message{};
        message.msg_name = address.get();
        message.msg_namelen = address.length;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        net::ControlSpace space;
        queue.put_request(message, space, id);
        const ssize_t sent = ::sendmsg(near.fd.get(), &message, 0);
        REQUIRE((sent > 0) == to_somewhere);
        if (sent > 0)
            queue.on_sent(id);
        else
            CHECK_FALSE(queue.on_refused(near.fd.get(), EPERM)); // not for the way it asked
    }
    std::vector<std::uint32_t> ids() {
        std::vector<std::uint32_t> found;
        while (const auto entry = queue.read(near.fd.get()))
            if (entry->id) found.push_back(*entry->id);
        return found;
    }

    edge::BoundSocket far;
    edge::BoundSocket near;
    net::DepartureQueue queue;
};

} // namespace

TEST_CASE("where the kernel only counts, each count is known by its id", "[net]") {
    Counting socket;
    for (const std::uint32_t id : {40U, 41U, 17U})
        socket.send(id);
    CHECK(socket.queue.may_hold());
    CHECK(socket.ids() == std::vector{40U, 41U, 17U});
    CHECK_FALSE(socket.queue.may_hold());
}

TEST_CASE("a request that failed does not shift the count", "[net]") {
    Counting socket;
    socket.send(1);
    CHECK(socket.ids() == std::vector{1U});
    socket.send(2, false); // to port 0, which the stack refuses
    socket.send(3);
    socket.send(4);
    CHECK(socket.ids() == std::vector{3U, 4U});
}

TEST_CASE("a socket that knows no stamps of departure is an error with its option", "[net]") {
    const auto enabled = net::enable_departure_stamps(-1, true);
    REQUIRE_FALSE(enabled);
    CHECK(enabled.error().what() == "set SO_TIMESTAMPING: Bad file descriptor");
    net::DepartureQueue queue;
    CHECK_FALSE(queue.begin(-1));
    CHECK_FALSE(queue.is_on());
}
