#include "check.hpp"
#include "rt/link.hpp"
#include "waiting.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

using namespace wyn;
using rt::Link;
using rt::LinkSent;
using rt::LinkState;

namespace {

struct Ends {
    Ends() {
        auto made = REQUIRE_OK(Link::pair());
        near = std::move(made.first);
        far = std::move(made.second);
    }
    Link near, far;
};

struct Count {
    std::uint64_t value = 0;
};
struct Pair {
    std::uint64_t first = 0, second = 0;
};

net::Fd counter() {
    return REQUIRE_OK(net::Fd::from_call(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

int open_descriptors() {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd)
        count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("messages arrive whole and in order", "[rt]") {
    const Ends ends;
    std::array<std::uint8_t, 64> buffer{};
    CHECK(ends.far.receive_bytes(buffer).state == LinkState::empty);
    CHECK(ends.near.send_bytes(std::array<std::uint8_t, 3>{1, 2, 3}) == LinkSent::sent);
    CHECK(ends.near.send_bytes(std::array<std::uint8_t, 1>{4}) == LinkSent::sent);
    const auto first = ends.far.receive_bytes(buffer);
    CHECK(first.state == LinkState::message);
    CHECK(std::ranges::equal(first.bytes, std::array<std::uint8_t, 3>{1, 2, 3}));
    const auto second = ends.far.receive_bytes(buffer);
    CHECK(std::ranges::equal(second.bytes, std::array<std::uint8_t, 1>{4}));
    CHECK(ends.far.receive_bytes(buffer).state == LinkState::empty);
}

TEST_CASE("both ends send and receive records", "[rt]") {
    const Ends ends;
    CHECK(ends.near.send(Count{7}) == LinkSent::sent);
    CHECK(ends.far.send(Pair{1, 2}) == LinkSent::sent);
    const auto count = ends.far.receive<Count>();
    REQUIRE(count.message);
    CHECK(count.message->value == 7);
    const auto pair = ends.near.receive<Pair>();
    REQUIRE(pair.message);
    CHECK(pair.message->second == 2);
    CHECK(ends.near.receive<Pair>().state == LinkState::empty);
}

TEST_CASE("a record of another size closes the link", "[rt]") {
    const Ends ends;
    SECTION("a longer one") {
        CHECK(ends.near.send(Pair{}) == LinkSent::sent);
        CHECK(ends.far.receive<Count>().state == LinkState::closed);
    }
    SECTION("a shorter one") {
        CHECK(ends.near.send(Count{}) == LinkSent::sent);
        CHECK(ends.far.receive<Pair>().state == LinkState::closed);
    }
}

TEST_CASE("descriptors travel with a message and belong to the receiver", "[rt]") {
    const Ends ends;
    const int before = open_descriptors();
    {
        std::vector<net::Fd> sent;
        sent.reserve(Link::most_fds);
        for (std::size_t i = 0; i < Link::most_fds; ++i)
            sent.push_back(counter());
        std::vector<int> raw(sent.size());
        std::ranges::transform(sent, raw.begin(), &net::Fd::get);
        CHECK(ends.near.send(Count{1}, raw) == LinkSent::sent);
        CHECK(ends.near.send(Count{2}, std::span{raw}.first(1)) == LinkSent::sent);
        CHECK(ends.near.send(Count{3}) == LinkSent::sent);

        const auto all = ends.far.receive<Count>();
        REQUIRE(all.message);
        REQUIRE(all.fds.size() == Link::most_fds);
        for (std::size_t i = 0; i < all.fds.size(); ++i) {
            CHECK(::fcntl(all.fds[i].get(), F_GETFD) == FD_CLOEXEC);
            CHECK(::eventfd_write(sent[i].get(), i + 1) == 0);
            eventfd_t value = 0;
            CHECK(::eventfd_read(all.fds[i].get(), &value) == 0);
            CHECK(value == i + 1); // the same open file, in the same order
        }
        CHECK(ends.far.receive<Count>().fds.size() == 1);
        CHECK(ends.far.receive<Count>().fds.empty());
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("descriptors of a message that does not fit do not leak", "[rt]") {
    const Ends ends;
    const net::Fd sent = counter();
    const std::array raw{sent.get()};
    const int before = open_descriptors();
    CHECK(ends.near.send(Pair{}, raw) == LinkSent::sent);
    CHECK(ends.far.receive<Count>().state == LinkState::closed);
    CHECK(open_descriptors() == before);
}

TEST_CASE("a link that nobody reads becomes full, and takes more once it is read", "[rt]") {
    const Ends ends;
    std::size_t taken = 0;
    while (ends.near.send(Pair{taken, 0}) == LinkSent::sent)
        REQUIRE(++taken < 1'000'000);
    CHECK(taken >= 100); // room for the burst of a busy turn, whatever the system's limits
    CHECK(ends.near.send(Pair{}) == LinkSent::full);
    for (std::size_t i = 0; i < taken; ++i) {
        const auto got = ends.far.receive<Pair>();
        REQUIRE(got.message);
        REQUIRE(got.message->first == i);
    }
    CHECK(ends.far.receive<Pair>().state == LinkState::empty);
    CHECK(ends.near.send(Pair{}) == LinkSent::sent);
}

TEST_CASE("closing an end is the stop signal, after everything sent before", "[rt]") {
    Ends ends;
    CHECK(ends.near.send(Count{1}) == LinkSent::sent);
    CHECK(ends.near.send(Count{2}) == LinkSent::sent);
    SECTION("when the closing end had read everything") {
        ends.near.close();
    }
    SECTION("when it left something unread") {
        CHECK(ends.far.send(Count{9}) == LinkSent::sent);
        ends.near.close();
    }
    CHECK(edge::readable(ends.far.fd()));
    const auto first = ends.far.receive<Count>();
    REQUIRE(first.message);
    CHECK(first.message->value == 1);
    CHECK(ends.far.receive<Count>().message.has_value());
    CHECK(ends.far.receive<Count>().state == LinkState::closed);
    CHECK(ends.far.receive<Count>().state == LinkState::closed);
    CHECK(ends.far.send(Count{3}) == LinkSent::closed);
    CHECK_FALSE(ends.near.is_open());
    CHECK(ends.near.send(Count{3}) == LinkSent::closed);
    CHECK(ends.near.receive<Count>().state == LinkState::closed);
}

TEST_CASE("an end that is shut down stops the other and still hears it", "[rt]") {
    Ends ends;
    CHECK(ends.near.send(Count{1}) == LinkSent::sent);
    ends.near.shut_down();
    CHECK(ends.near.send(Count{2}) == LinkSent::closed);
    CHECK(ends.far.receive<Count>().message.has_value());
    CHECK(ends.far.receive<Count>().state == LinkState::closed);
    CHECK(ends.near.receive<Count>().state == LinkState::empty);
    CHECK(ends.far.send(Count{3}) == LinkSent::sent);
    ends.far.close();
    CHECK(ends.near.receive<Count>().message.has_value());
    CHECK(ends.near.receive<Count>().state == LinkState::closed);
}

TEST_CASE("a link is closed on exec and never waits", "[rt]") {
    Ends ends;
    for (const Link* link : {&ends.near, &ends.far}) {
        CHECK((::fcntl(link->fd(), F_GETFD) & FD_CLOEXEC) != 0);
        CHECK((::fcntl(link->fd(), F_GETFL) & O_NONBLOCK) != 0);
    }
}

TEST_CASE("an adopted end is made as ours are", "[rt]") {
    std::array<int, 2> raw{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, raw.data()) == 0);
    const Link near = REQUIRE_OK(Link::adopt(raw[0]));
    const Link far = REQUIRE_OK(Link::adopt(raw[1]));
    CHECK(::fcntl(near.fd(), F_GETFD) == FD_CLOEXEC);
    CHECK((::fcntl(near.fd(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK(far.receive<Count>().state == LinkState::empty); // it does not wait
    CHECK(near.send(Count{5}) == LinkSent::sent);
    CHECK(far.receive<Count>().message.has_value());
}

TEST_CASE("a link carries messages between threads", "[rt]") {
    Ends ends;
    constexpr std::uint64_t messages = 5'000;
    std::uint64_t sum = 0;
    {
        const std::jthread reader{[&sum, far = std::move(ends.far)]() mutable {
            for (;;) {
                const auto got = far.receive<Count>();
                if (got.state == LinkState::closed) return;
                if (got.message) sum += got.message->value;
                if (got.state == LinkState::empty) edge::readable(far.fd());
            }
        }};
        for (std::uint64_t i = 1; i <= messages; ++i)
            REQUIRE(edge::comes_true([&] { return ends.near.send(Count{i}) == LinkSent::sent; }));
        ends.near.close();
    }
    CHECK(sum == messages * (messages + 1) / 2);
}
