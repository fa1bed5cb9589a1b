#include "loopback.hpp"
#include "net/listening_socket.hpp"
#include "net/udp_datagrams.hpp"
#include "waiting.hpp"

#include <algorithm>

using namespace wyn;
using dgram::Address;
using dgram::Endpoint;
using dgram::SendStatus;
using net::Inquiry;
using net::ListeningSocket;

namespace {

const net::UdpOptions listening{.stamps = false, .packet_info = true};
const Address second_v4_loopback = Address::v4(127, 0, 0, 2);

struct Listener {
    explicit Listener(const Address& address) : Listener(edge::bound(address, listening)) {}
    explicit Listener(edge::BoundSocket opened)
        : port{opened.at.port}, socket{std::move(opened.fd)} {}

    std::uint16_t port;
    ListeningSocket socket;
};

// Asks `address` from a connected socket, so that only an answer from there gets back.
void expect_answer_from(Listener& listener, const Address& address) {
    edge::BoundSocket opened = edge::bound(address.is_v4() ? edge::v4_loopback : edge::v6_loopback);
    net::UdpDatagrams caller{std::move(opened.fd)};
    REQUIRE(caller.connect({address, listener.port}));
    const std::vector<std::uint8_t> question(512, 7);
    CHECK(caller.send(question, 512, nullptr).status == SendStatus::sent);

    REQUIRE(edge::readable(listener.socket.fd()));
    const auto inquiries = REQUIRE_OK(listener.socket.receive());
    REQUIRE(inquiries.size() == 1);
    const Inquiry& inquiry = inquiries[0];
    CHECK(std::ranges::equal(inquiry.bytes, question));
    CHECK(inquiry.from == opened.at);
    CHECK(inquiry.local == address);
    CHECK_FALSE(inquiry.cut_off);

    const std::vector<std::uint8_t> answer(64, 9);
    CHECK(listener.socket.send_from(inquiry.local, inquiry.from, answer).status ==
          SendStatus::sent);
    REQUIRE(edge::readable(caller.fd()));
    dgram::ReceivedTrain train;
    REQUIRE(REQUIRE_OK(caller.receive(train)));
    CHECK(std::ranges::equal(train.bytes, answer));
}

} // namespace

TEST_CASE("an answer leaves from the address that was asked", "[net]") {
    SECTION("on an IPv4 socket") {
        Listener listener{Address::v4(0, 0, 0, 0)};
        expect_answer_from(listener, edge::v4_loopback);
        expect_answer_from(listener, second_v4_loopback);
    }
    SECTION("on a dual-stack socket") {
        if (!edge::has_ipv6()) return;
        Listener listener{edge::v6_any};
        expect_answer_from(listener, edge::v4_loopback);
        expect_answer_from(listener, second_v4_loopback);
        expect_answer_from(listener, edge::v6_loopback);
    }
}

TEST_CASE("a turn takes a bounded number of datagrams off the queue", "[net]") {
    Listener listener{edge::v4_loopback};
    net::UdpDatagrams caller{std::move(edge::bound(edge::v4_loopback).fd)};
    REQUIRE(caller.connect({edge::v4_loopback, listener.port}));
    CHECK(REQUIRE_OK(listener.socket.receive()).empty());
    for (std::uint8_t i = 0; i < 40; ++i)
        CHECK(caller.send(std::array{i, i}, 2, nullptr).segments == 1);
    std::vector<std::uint8_t> seen;
    const bool all = edge::comes_true([&] {
        const auto inquiries = REQUIRE_OK(listener.socket.receive());
        CHECK(inquiries.size() <= ListeningSocket::most_per_turn);
        for (const Inquiry& inquiry : inquiries) {
            CHECK(inquiry.bytes.size() == 2);
            seen.push_back(inquiry.bytes[0]);
        }
        return seen.size() == 40;
    });
    CHECK(all);
    CHECK(std::ranges::is_sorted(seen));
    CHECK(std::ranges::adjacent_find(seen) == seen.end());
}

TEST_CASE("an inquiry that is too long is marked as cut off", "[net]") {
    Listener listener{edge::v4_loopback};
    net::UdpDatagrams caller{std::move(edge::bound(edge::v4_loopback).fd)};
    REQUIRE(caller.connect({edge::v4_loopback, listener.port}));
    const std::vector<std::uint8_t> longer(ListeningSocket::longest_inquiry + 1, 1);
    CHECK(caller.send(longer, longer.size(), nullptr).segments == 1);
    CHECK(caller.send({}, 0, nullptr).segments == 1);
    REQUIRE(edge::readable(listener.socket.fd()));
    std::vector<std::pair<std::size_t, bool>> seen;
    CHECK(edge::comes_true([&] {
        for (const Inquiry& inquiry : REQUIRE_OK(listener.socket.receive()))
            seen.emplace_back(inquiry.bytes.size(), inquiry.cut_off);
        return seen.size() == 2;
    }));
    CHECK(seen[0] == std::pair{ListeningSocket::longest_inquiry, true});
    CHECK(seen[1] == std::pair{std::size_t{0}, false});
}

TEST_CASE("an answer that cannot leave is refused with its reason", "[net]") {
    const Listener listener{edge::v4_loopback};
    const std::vector<std::uint8_t> answer(64, 9);
    const Endpoint v6{edge::v6_loopback, 7000};
    const auto wrong_family = listener.socket.send_from({}, v6, answer);
    CHECK(wrong_family.status == SendStatus::refused);
    CHECK(wrong_family.error == EAFNOSUPPORT);
    const auto not_ours =
        listener.socket.send_from(Address::v4(192, 0, 2, 199), {edge::v4_loopback, 7000}, answer);
    CHECK(not_ours.status == SendStatus::refused);
    CHECK(not_ours.error != 0);
}
