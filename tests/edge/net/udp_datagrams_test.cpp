#include "loopback.hpp"
#include "net/socket_options.hpp"
#include "net/udp_datagrams.hpp"
#include "waiting.hpp"

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <numeric>
#include <utility>

using namespace wyn;
using dgram::Endpoint;
using dgram::ReceivedTrain;
using dgram::SendOutcome;
using dgram::SendStatus;
using net::UdpDatagrams;

namespace {

using Bytes = std::vector<std::uint8_t>;

// Bytes of which no two neighbouring datagrams look the same.
Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    return bytes;
}

// Two sockets, the near one connected to the far one.
struct Pair {
    explicit Pair(const dgram::Address& address, const net::UdpOptions& options = {})
        : Pair(edge::bound(address, options), edge::bound(address, options)) {}
    Pair(edge::BoundSocket near_socket, edge::BoundSocket far_socket)
        : near_at{near_socket.at}, far_at{far_socket.at}, near{std::move(near_socket.fd)},
          far{std::move(far_socket.fd)} {
        REQUIRE(near.connect(far_at));
    }

    Endpoint near_at, far_at;
    UdpDatagrams near, far;
};

// What arrived, one by one, until `count` datagrams are there or nothing comes any more.
struct Arrived {
    std::vector<Bytes> datagrams;
    std::size_t trains = 0;
};

Arrived collect(UdpDatagrams& from, std::size_t count) {
    Arrived arrived;
    while (arrived.datagrams.size() < count && edge::readable(from.fd())) {
        ReceivedTrain train;
        while (REQUIRE_OK(from.receive(train))) {
            ++arrived.trains;
            CHECK_FALSE(train.cut_off);
            for (std::size_t i = 0; i < train.count(); ++i)
                arrived.datagrams.emplace_back(train[i].begin(), train[i].end());
        }
    }
    return arrived;
}

bool is_sent(const SendOutcome& outcome, std::size_t segments) {
    return outcome.status == SendStatus::sent && outcome.segments == segments && outcome.error == 0;
}

Bytes joined(const std::vector<Bytes>& datagrams) {
    Bytes all;
    for (const Bytes& datagram : datagrams)
        all.insert(all.end(), datagram.begin(), datagram.end());
    return all;
}

} // namespace

TEST_CASE("a train arrives whole, whatever the offload at either end", "[net]") {
    const Bytes train = pattern(14'300);
    for (const dgram::Address& address : edge::loopbacks())
        for (const bool segmenting : {true, false})
            for (const bool coalescing : {true, false}) {
                INFO(print(address)
                     << " segmentation " << segmenting << " coalescing " << coalescing);
                Pair pair{address};
                pair.near.use_offload(segmenting);
                pair.far.use_offload(coalescing);
                CHECK(pair.near.capabilities().segmentation == segmenting);
                CHECK(pair.far.capabilities().coalescing == coalescing);
                CHECK(is_sent(pair.near.send(train, 1400, nullptr), 11));
                const Arrived arrived = collect(pair.far, 11);
                REQUIRE(arrived.datagrams.size() == 11);
                CHECK(arrived.datagrams.front().size() == 1400);
                CHECK(arrived.datagrams.back().size() == 300);
                CHECK(joined(arrived.datagrams) == train);
                if (!segmenting || !coalescing) CHECK(arrived.trains == 11);
                if (segmenting && coalescing) CHECK(arrived.trains == 1);
            }
}

TEST_CASE("a received train names its sender and stays until the next receive", "[net]") {
    Pair pair{edge::v4_loopback};
    const Bytes sent = pattern(100);
    CHECK(is_sent(pair.near.send(sent, 100, nullptr), 1));
    REQUIRE(edge::readable(pair.far.fd()));
    ReceivedTrain train;
    REQUIRE(REQUIRE_OK(pair.far.receive(train)));
    CHECK(train.from == pair.near_at);
    CHECK(train.count() == 1);
    CHECK(train.segment_size == 100);
    CHECK(std::ranges::equal(train.bytes, sent));
    CHECK_FALSE(REQUIRE_OK(pair.far.receive(train)));
}

TEST_CASE("a datagram without payload is a datagram", "[net]") {
    Pair pair{edge::v4_loopback};
    CHECK(is_sent(pair.near.send({}, 0, nullptr), 1));
    REQUIRE(edge::readable(pair.far.fd()));
    ReceivedTrain train;
    REQUIRE(REQUIRE_OK(pair.far.receive(train)));
    CHECK(train.bytes.empty());
    CHECK(train.segment_size == 0);
    CHECK(train.count() == 1);
    CHECK_FALSE(REQUIRE_OK(pair.far.receive(train)));
}

TEST_CASE("the largest trains go through: the most segments, the most bytes", "[net]") {
    const net::UdpOptions roomy{.receive_buffer_bytes = 200'000};
    Pair pair{edge::v4_loopback, roomy};
    SECTION("128 segments") {
        const Bytes train = pattern(dgram::most_segments * 64);
        CHECK(is_sent(pair.near.send(train, 64, nullptr), 128));
        CHECK(joined(collect(pair.far, 128).datagrams) == train);
    }
    SECTION("65507 bytes in segments") {
        const Bytes train = pattern(dgram::longest_datagram);
        const std::size_t count = (train.size() + 1471) / 1472;
        CHECK(is_sent(pair.near.send(train, 1472, nullptr), count));
        CHECK(joined(collect(pair.far, count).datagrams) == train);
    }
    SECTION("65507 bytes in one datagram") {
        const Bytes train = pattern(dgram::longest_datagram);
        CHECK(is_sent(pair.near.send(train, train.size(), nullptr), 1));
        const Arrived arrived = collect(pair.far, 1);
        REQUIRE(arrived.datagrams.size() == 1);
        CHECK(arrived.datagrams[0] == train);
    }
    SECTION("one byte each") {
        const Bytes train = pattern(5);
        CHECK(is_sent(pair.near.send(train, 1, nullptr), 5));
        CHECK(joined(collect(pair.far, 5).datagrams) == train);
    }
}

TEST_CASE("the memory of long trains can be given back, and comes again", "[net]") {
    Pair pair{edge::v4_loopback, {.receive_buffer_bytes = 200'000}};
    const Bytes longest = pattern(dgram::longest_datagram);
    const std::uint8_t* buffer = nullptr;
    const auto goes_through = [&](const Bytes& bytes) {
        REQUIRE(is_sent(pair.near.send(bytes, bytes.size(), nullptr), 1));
        REQUIRE(edge::readable(pair.far.fd()));
        ReceivedTrain train;
        REQUIRE(REQUIRE_OK(pair.far.receive(train)));
        CHECK(std::ranges::equal(train.bytes, bytes));
        buffer = train.bytes.data();
    };
    const auto resident_pages = [&] {
        std::array<unsigned char, 16> pages{};
        REQUIRE(::mincore(const_cast<std::uint8_t*>(buffer), 65536, pages.data()) == 0);
        return std::ranges::count_if(pages, [](unsigned char page) { return (page & 1) != 0; });
    };
    goes_through(longest);
    if (::sysconf(_SC_PAGESIZE) != 4096) {
        WARN("left out: the pages of this machine are of another size");
        return;
    }
    CHECK(resident_pages() == 16);
    pair.far.release_memory();
    CHECK(resident_pages() == 1);
    goes_through(pattern(100));
    pair.far.release_memory();
    CHECK(resident_pages() == 1);
    goes_through(longest);
}

TEST_CASE("an unconnected socket sends to the address it is given", "[net]") {
    for (const dgram::Address& address : edge::loopbacks()) {
        Pair pair{address};
        const Bytes train = pattern(1500);
        CHECK(is_sent(pair.far.send(train, 500, &pair.near_at), 3));
        CHECK(joined(collect(pair.near, 3).datagrams) == train);
        const Endpoint unreachable{edge::v6_loopback, 9};
        if (address.is_v4()) CHECK(pair.far.send(train, 500, &unreachable).error == EAFNOSUPPORT);
    }
}

TEST_CASE("a dual-stack socket talks IPv4 in mapped form", "[net]") {
    if (!edge::has_ipv6()) return;
    edge::BoundSocket any = edge::bound(edge::v6_any);
    const Endpoint reached{edge::v4_loopback, any.at.port};
    UdpDatagrams server{std::move(any.fd)};
    edge::BoundSocket caller = edge::bound(edge::v4_loopback);
    UdpDatagrams client{std::move(caller.fd)};
    REQUIRE(client.connect(reached));
    CHECK(is_sent(client.send(pattern(200), 100, nullptr), 2));
    REQUIRE(edge::readable(server.fd()));
    ReceivedTrain train;
    REQUIRE(REQUIRE_OK(server.receive(train)));
    CHECK(train.from == caller.at);
    CHECK(train.from.address.is_v4());
    CHECK(train.stamp.origin == StampOrigin::kernel);
    CHECK(is_sent(server.send(pattern(300), 100, &train.from), 3));
    CHECK(collect(client, 3).datagrams.size() == 3);
}

static void expect_delivery_without_segmentation(std::size_t count) {
    // Without UDP checksums the kernel refuses UDP_SEGMENT with EINVAL.
    edge::BoundSocket near = edge::bound(edge::v4_loopback);
    const int no_checksums = 1;
    REQUIRE(::setsockopt(near.fd.get(), SOL_SOCKET, SO_NO_CHECK, &no_checksums,
                         sizeof no_checksums) == 0);
    const net::UdpOptions roomy{.receive_buffer_bytes = 1'000'000};
    Pair pair{std::move(near), edge::bound(edge::v4_loopback, roomy)};
    REQUIRE(pair.near.capabilities().segmentation);

    const Bytes train = pattern(count * 200);
    CHECK(is_sent(pair.near.send(train, 200, nullptr), count));
    CHECK(joined(collect(pair.far, count).datagrams) == train);
    CHECK_FALSE(pair.near.capabilities().segmentation);
    CHECK(is_sent(pair.near.send(train, 200, nullptr), count));
    CHECK(joined(collect(pair.far, count).datagrams) == train);
}

TEST_CASE("a train that the kernel will not segment goes out all the same", "[net]") {
    for (const std::size_t count : {2u, 44u, 128u})
        expect_delivery_without_segmentation(count);
}

TEST_CASE("a datagram that is too long is refused and segmentation stays", "[net]") {
    // 65507 bytes fit IPv4 on a loopback of 65536 bytes, but not IPv6 with its longer header.
    if (!edge::has_ipv6()) return;
    Pair pair{edge::v6_loopback};
    REQUIRE(REQUIRE_OK(net::path_mtu(pair.near.fd())) == 65536);
    const Bytes bytes = pattern(dgram::longest_datagram);
    const SendOutcome outcome = pair.near.send(bytes, bytes.size(), nullptr);
    CHECK(outcome.status == SendStatus::refused);
    CHECK(outcome.segments == 0);
    CHECK(outcome.error == EMSGSIZE);
    const Bytes train = pattern(2000);
    CHECK(is_sent(pair.near.send(train, 1000, nullptr), 2));
    CHECK(pair.near.capabilities().segmentation);
    ReceivedTrain nothing;
    CHECK_FALSE(REQUIRE_OK(pair.near.receive(nothing))); // it was no ICMP message
}

TEST_CASE("a train of datagrams that are too long is refused and segmentation stays", "[net]") {
    if (!edge::has_ipv6()) return;
    edge::BoundSocket narrow = edge::bound(edge::v6_loopback);
    const int mtu = 1280; // for this socket alone; the payload is 48 bytes shorter
    REQUIRE(::setsockopt(narrow.fd.get(), IPPROTO_IPV6, IPV6_MTU, &mtu, sizeof mtu) == 0);
    Pair pair{std::move(narrow), edge::bound(edge::v6_loopback)};
    const SendOutcome outcome = pair.near.send(pattern(4932), 1233, nullptr);
    CHECK(outcome.status == SendStatus::refused);
    CHECK(outcome.segments == 0);
    CHECK(outcome.error == EMSGSIZE);
    CHECK(pair.near.capabilities().segmentation);
    CHECK(is_sent(pair.near.send(pattern(4928), 1232, nullptr), 4));
    CHECK(collect(pair.far, 4).trains == 1);
}

TEST_CASE("a closed port is told once by receive and never mistaken for a send error", "[net]") {
    edge::BoundSocket gone = edge::bound(edge::v4_loopback);
    const Endpoint closed = gone.at;
    gone.fd = net::Fd{};
    UdpDatagrams near{std::move(edge::bound(edge::v4_loopback).fd)};
    REQUIRE(near.connect(closed));
    const Bytes train = pattern(400);
    ReceivedTrain nothing;

    const auto told = [&] {
        const auto outcome = near.receive(nothing);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().is(std::errc::connection_refused));
        CHECK(outcome.error().what() == print(closed) + ": Connection refused");
    };
    SECTION("without another send") {
        CHECK(is_sent(near.send(train, 100, nullptr), 4));
        REQUIRE(edge::readable(near.fd()));
        told();
        CHECK_FALSE(REQUIRE_OK(near.receive(nothing)));
    }
    SECTION("when the next send ran into it") {
        CHECK(is_sent(near.send(train, 100, nullptr), 4));
        REQUIRE(edge::readable(near.fd())); // the error has arrived
        CHECK(is_sent(near.send(train, 100, nullptr), 4));
        REQUIRE(edge::readable(near.fd())); // so has the one of the second train
        told();                             // of the first, kept by us
        told();                             // of the second, kept by the kernel
        CHECK_FALSE(REQUIRE_OK(near.receive(nothing)));
    }
}

TEST_CASE("connecting shuts strangers out, also those who came before", "[net]") {
    Pair pair{edge::v4_loopback};
    edge::BoundSocket other = edge::bound(edge::v4_loopback);
    UdpDatagrams stranger{std::move(other.fd)};
    CHECK(is_sent(stranger.send(pattern(50), 50, &pair.far_at), 1));
    REQUIRE(edge::readable(pair.far.fd()));
    CHECK(is_sent(pair.near.send(pattern(60), 60, nullptr), 1));
    REQUIRE(pair.far.connect(pair.near_at));
    CHECK(is_sent(stranger.send(pattern(70), 70, &pair.far_at), 1));

    const Arrived arrived = collect(pair.far, 1);
    REQUIRE(arrived.datagrams.size() == 1);
    CHECK(arrived.datagrams[0].size() == 60);
    CHECK(pair.far.strangers() == 1); // the later one did not pass the kernel
    CHECK(is_sent(pair.far.send(pattern(80), 80, nullptr), 1));
    CHECK(collect(pair.near, 1).datagrams.size() == 1);
}

TEST_CASE("a socket that was connected elsewhere knows its peer", "[net]") {
    Pair pair{edge::v4_loopback};
    net::Fd handed_over = REQUIRE_OK(net::duplicate(pair.near.fd()));
    UdpDatagrams again{std::move(handed_over)};
    CHECK(again.capabilities().kernel_stamps);
    CHECK(is_sent(again.send(pattern(180), 90, nullptr), 2));
    CHECK(collect(pair.far, 2).datagrams.size() == 2);
}

TEST_CASE("connecting to the wrong family is an error with the address", "[net]") {
    UdpDatagrams near{std::move(edge::bound(edge::v4_loopback).fd)};
    const auto connected = near.connect({edge::v6_loopback, 7000});
    REQUIRE_FALSE(connected);
    CHECK(connected.error().what().starts_with("connect to [::1]:7000: "));
}

TEST_CASE("a datagram carries the kernel's stamp on the monotonic time line", "[net]") {
    Pair pair{edge::v4_loopback};
    // The kernel switches stamping on a moment after the first socket asked for it.
    ReceivedTrain train;
    const bool stamped = edge::comes_true([&] {
        const MonoTime before = mono_now();
        CHECK(is_sent(pair.near.send(pattern(10), 10, nullptr), 1));
        REQUIRE(edge::readable(pair.far.fd()));
        REQUIRE(REQUIRE_OK(pair.far.receive(train)));
        const MonoTime after = mono_now();
        // 200 ms for a stall between the two clock reads that relate both time lines
        CHECK(train.stamp.time > before - 200ms);
        CHECK(train.stamp.time <= after);
        return train.stamp.origin == StampOrigin::kernel;
    });
    CHECK(stamped);
}

TEST_CASE("a socket without stamps says so and gives our own time", "[net]") {
    Pair pair{edge::v4_loopback, {.stamps = false}};
    CHECK_FALSE(pair.far.capabilities().kernel_stamps);
    CHECK(is_sent(pair.near.send(pattern(10), 10, nullptr), 1));
    REQUIRE(edge::readable(pair.far.fd()));
    ReceivedTrain train;
    REQUIRE(REQUIRE_OK(pair.far.receive(train)));
    CHECK(train.stamp.origin == StampOrigin::user);
    CHECK(pair.far.stamps_missing() == 1);
}

namespace {

// The one train that has come, without its bytes.
ReceivedTrain header_of_next(UdpDatagrams& from) {
    ReceivedTrain train;
    REQUIRE(edge::readable(from.fd()));
    REQUIRE(REQUIRE_OK(from.receive(train)));
    train.bytes = {};
    return train;
}

} // namespace

TEST_CASE("a train tells the traffic class and the TTL with which it came", "[net]") {
    constexpr dgram::TrafficClass voice{46, dgram::Ecn::ect0};
    for (const dgram::Address& address : edge::loopbacks()) {
        INFO(print(address));
        Pair pair{address};
        CHECK(is_sent(pair.near.send(pattern(3000), 1000, nullptr), 3));
        const ReceivedTrain plain = header_of_next(pair.far);
        CHECK(plain.traffic_class == dgram::TrafficClass{});
        CHECK(plain.ttl.value_or(0) >= 32); // the host's setting, 64 by default
        pair.near.use_traffic_class(voice);
        CHECK(pair.near.capabilities().traffic_class == voice);
        CHECK(is_sent(pair.near.send(pattern(3000), 1000, nullptr), 3));
        CHECK(header_of_next(pair.far).traffic_class == voice);
        pair.near.use_traffic_class({});
        CHECK(is_sent(pair.near.send(pattern(10), 10, nullptr), 1));
        CHECK(header_of_next(pair.far).traffic_class == dgram::TrafficClass{});
    }
}

TEST_CASE("a connected socket knows the MTU of its path, and that longer ones are refused",
          "[net]") {
    for (const dgram::Address& address : edge::loopbacks()) {
        Pair pair{address};
        REQUIRE(pair.near.path_mtu().has_value());
        CHECK(*pair.near.path_mtu() >= 1280);
        CHECK_FALSE(pair.far.path_mtu().has_value()); // to nobody
    }
}

TEST_CASE("a socket of both families marks what it sends to either", "[net]") {
    if (!edge::has_ipv6()) return;
    constexpr dgram::TrafficClass bulk{8, dgram::Ecn::not_ect};
    Pair pair{edge::bound(edge::v6_any), edge::bound(edge::v4_loopback)};
    pair.near.use_traffic_class(bulk);
    CHECK(is_sent(pair.near.send(pattern(10), 10, nullptr), 1));
    const ReceivedTrain train = header_of_next(pair.far);
    CHECK(train.traffic_class == bulk);
    // And tells with what the other family's packets come.
    CHECK(is_sent(pair.far.send(pattern(10), 10, &train.from), 1));
    const ReceivedTrain back = header_of_next(pair.near);
    CHECK(back.traffic_class == dgram::TrafficClass{});
    CHECK(back.ttl.has_value());
}

TEST_CASE("neighbours of different traffic classes arrive as trains of their own", "[net]") {
    Pair pair{edge::v4_loopback};
    for (const auto ecn : {dgram::Ecn::ect0, dgram::Ecn::ce, dgram::Ecn::ect0}) {
        pair.near.use_traffic_class({0, ecn});
        CHECK(is_sent(pair.near.send(pattern(2000), 1000, nullptr), 2));
    }
    for (const auto ecn : {dgram::Ecn::ect0, dgram::Ecn::ce, dgram::Ecn::ect0})
        CHECK(header_of_next(pair.far).traffic_class == dgram::TrafficClass{0, ecn});
}

TEST_CASE("every datagram that the full socket dropped is counted", "[net]") {
    Pair pair{edge::v4_loopback, {.receive_buffer_bytes = 20'000}};
    pair.near.use_offload(false);
    pair.far.use_offload(false);
    const Bytes bytes = pattern(50'000);
    for (int i = 0; i < 3; ++i)
        CHECK(is_sent(pair.near.send(bytes, 500, nullptr), 100));
    std::size_t taken = 0;
    ReceivedTrain train;
    while (REQUIRE_OK(pair.far.receive(train)))
        taken += train.count();
    CHECK(taken > 0);
    CHECK(taken < 300);
    CHECK(pair.far.receive_drops() == 300 - taken);
    CHECK(pair.far.receive_drops() == 300 - taken); // cumulative, not since the last call
    CHECK(pair.near.receive_drops() == 0);
}
