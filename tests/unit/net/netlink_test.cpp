#include "captured.hpp"
#include "net/netlink.hpp"

#include <linux/netlink.h>

#include <array>
#include <cerrno>

using namespace wyn;
using net::NetlinkBytes;
using net::NetlinkRequest;

namespace {

// An answer of one message, as a kernel of this machine would write it.
template <typename T>
Datagram answer_of(std::uint16_t type, std::uint16_t flags, const T& body) {
    const NetlinkRequest answer{type, flags, body};
    const NetlinkBytes bytes = answer.bytes();
    return {bytes.begin(), bytes.end()};
}

Datagram joined(Datagram first, const Datagram& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

constexpr std::uint16_t some_type = 1000;

} // namespace

TEST_CASE("an answer ends with a message that stands alone, or with the end of many", "[net]") {
    const Datagram alone = answer_of(some_type, 0, std::uint32_t{7});
    const Datagram part = answer_of(some_type, NLM_F_MULTI, std::uint32_t{8});
    const Datagram end = answer_of(NLMSG_DONE, NLM_F_MULTI, std::int32_t{0});
    const auto read = [](const Datagram& datagram) {
        const auto answer = REQUIRE_OK(net::read_answer(datagram));
        return std::pair{answer.messages.size(), answer.is_last};
    };
    CHECK(read(alone) == std::pair{1UL, true});
    CHECK(read(part) == std::pair{1UL, false});
    CHECK(read(joined(part, part)) == std::pair{2UL, false});
    CHECK(read(joined(part, end)) == std::pair{1UL, true});
    CHECK(read(joined(end, part)) == std::pair{0UL, true}); // what follows is of no answer
    CHECK(read(answer_of(NLMSG_NOOP, 0, std::uint32_t{0})) == std::pair{0UL, false});
    CHECK(read(answer_of(NLMSG_ERROR, 0, std::int32_t{0})) == std::pair{0UL, true});
    CHECK(read({}) == std::pair{0UL, false});
}

TEST_CASE("what the kernel refuses is its error", "[net]") {
    for (const std::uint16_t type : {std::uint16_t{NLMSG_ERROR}, std::uint16_t{NLMSG_DONE}}) {
        const auto refused = net::read_answer(answer_of(type, 0, std::int32_t{-ENETUNREACH}));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().is(std::errc::network_unreachable));
        CHECK(refused.error().what() == "netlink answer: Network is unreachable");
    }
}

TEST_CASE("an error number out of range is no error number", "[net]") {
    for (const std::int32_t number : {1, -4096, INT32_MIN, INT32_MAX}) {
        const auto refused = net::read_answer(answer_of(NLMSG_ERROR, 0, number));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().is(std::errc::bad_message));
    }
}

TEST_CASE("a message is whole or the datagram is refused", "[net]") {
    const Datagram whole = answer_of(some_type, NLM_F_MULTI, std::uint64_t{1});
    for (std::size_t length = 1; length < whole.size(); ++length) {
        const auto cut = net::read_answer(NetlinkBytes{whole}.first(length));
        REQUIRE_FALSE(cut);
        CHECK(cut.error().is(std::errc::bad_message));
    }
    for (const std::uint32_t length : {0U, 15U, 25U, 0x7fff'ffffU, 0xffff'ffffU}) {
        Datagram lying = whole;
        std::memcpy(lying.data(), &length, sizeof length);
        CHECK_FALSE(net::read_answer(lying));
    }
}

TEST_CASE("what is put into a request is found in it", "[net]") {
    NetlinkRequest request{some_type, NLM_F_DUMP, std::uint32_t{5}};
    const Datagram odd{1, 2, 3};
    request.add(9, odd);
    request.add_number(NLA_F_NESTED | 10, std::uint16_t{0x1234});
    CHECK(request.bytes().size() == 16 + 4 + 8 + 8); // each filled up to a multiple of four
    NetlinkBytes left = request.bytes();
    const auto header = net::take_structure<nlmsghdr>(left);
    REQUIRE(header);
    CHECK(header->nlmsg_len == request.bytes().size());
    CHECK(header->nlmsg_type == some_type);
    CHECK(header->nlmsg_flags == (NLM_F_REQUEST | NLM_F_DUMP));
    CHECK(net::take_structure<std::uint32_t>(left) == 5U);
    const auto found = net::find_attribute(left, 9);
    REQUIRE(found);
    CHECK(Datagram{found->begin(), found->end()} == odd);
    CHECK(net::find_attribute(left, 10)->size() == 2); // flags are no part of the type
    CHECK_FALSE(net::find_attribute(left, 11));
}

TEST_CASE("attributes end where a length leads beyond the end", "[net]") {
    if (!captured_are_readable) return; // so are these
    const Datagram bytes{5, 0, 1, 0, 0xaa, 0, 0, 0, 4, 0, 2, 0};
    NetlinkBytes left{bytes};
    const auto first = net::take_attribute(left);
    REQUIRE(first);
    CHECK(first->type == 1);
    CHECK(first->value.size() == 1);
    REQUIRE(net::take_attribute(left));
    CHECK(left.empty());
    CHECK_FALSE(net::take_attribute(left));
    constexpr std::array<std::uint16_t, 4> wrong{0, 3, 13, 0xffff};
    for (const std::uint16_t length : wrong) {
        Datagram lying = bytes;
        std::memcpy(lying.data(), &length, sizeof length);
        NetlinkBytes all{lying};
        CHECK_FALSE(net::take_attribute(all));
        CHECK(all.size() == bytes.size());
    }
    for (std::size_t length = 0; length < 5; ++length) {
        NetlinkBytes cut = NetlinkBytes{bytes}.first(length);
        CHECK_FALSE(net::take_attribute(cut));
    }
}
