#include "check.hpp"
#include "session/path_mtu.hpp"

#include <map>
#include <vector>

using namespace wyn;
using namespace wyn::session;
using measure::MtuLimit;

namespace {

constexpr MonoTime start{1000s};
constexpr Duration rtt = 100ms;

// A client and a server with a path between them that carries so much each way.
struct Path {
    std::uint16_t up = 1500;
    std::uint16_t down = 1500;
    std::uint16_t client_device = 1500;
    std::uint16_t server_device = 1500;
    std::uint32_t header_bytes = 28;

    struct Outcome {
        PathMtuFound found;
        Duration took{};
        std::size_t requests = 0;
        std::size_t bytes_down = 0;
    };

    Outcome explore(std::uint16_t ceiling = 9000) {
        PathMtuProber prober{{.header_bytes = header_bytes,
                              .ceiling = ceiling,
                              .kernel_mtu = client_device,
                              .rtt = rtt},
                             start};
        SizeAnswerer answerer;
        std::multimap<MonoTime, wire::Sized> under_way;
        Outcome outcome;
        for (MonoTime now = start;;) {
            for (; !under_way.empty() && under_way.begin()->first <= now;
                 under_way.erase(under_way.begin()))
                CHECK_FALSE(prober.on_sized(under_way.begin()->second));
            while (const auto size = prober.on_timer(now)) {
                if (size->length + header_bytes > client_device) {
                    prober.on_refused(size->number);
                    continue;
                }
                ++outcome.requests;
                if (size->length + header_bytes > up) continue;
                wire::Sized answer = answerer.on_size(now, *size, server_device);
                if (answer.length + header_bytes > server_device)
                    answer = answerer.on_refused(size->number).value();
                outcome.bytes_down += answer.length;
                if (answer.length + header_bytes <= down) under_way.emplace(now + rtt, answer);
            }
            if (const auto found = prober.take_news(now)) {
                CHECK(prober.due() == never);
                outcome.found = *found;
                outcome.took = now - start;
                return outcome;
            }
            const MonoTime due = std::max(now, prober.due());
            REQUIRE((due > now || prober.done()));
            now = under_way.empty() ? due : std::min(due, under_way.begin()->first);
        }
    }
};

} // namespace

TEST_CASE("both ways of an ordinary path are known after one round trip", "[session]") {
    for (const std::uint32_t header_bytes : {28U, 48U}) {
        const auto outcome = Path{.header_bytes = header_bytes}.explore();
        CHECK(outcome.found.up == PathMtu{1500, MtuLimit::host});
        CHECK(outcome.found.down == PathMtu{1500, MtuLimit::host});
        CHECK(outcome.took == rtt);
        CHECK(outcome.requests == 2);
    }
}

TEST_CASE("each way has an MTU of its own", "[session]") {
    const auto outcome = Path{.up = 1400, .down = 1452}.explore();
    CHECK(outcome.found.up == PathMtu{1400, MtuLimit::silence, 6});
    CHECK(outcome.found.down == PathMtu{1452, MtuLimit::silence, 6});
    CHECK(outcome.took < 4s);
}

TEST_CASE("a server whose device takes less says so at once", "[session]") {
    const auto outcome =
        Path{.up = 1500, .down = 9000, .client_device = 9000, .server_device = 1500}.explore();
    CHECK(outcome.found.up == PathMtu{1500, MtuLimit::host});
    CHECK(outcome.found.down == PathMtu{1500, MtuLimit::host});
    CHECK(outcome.took <= 2 * rtt);
}

TEST_CASE("a ceiling of any payload can be asked for", "[session]") {
    const auto outcome =
        Path{.up = 65535, .down = 65535, .client_device = 65535, .server_device = 65535}.explore(
            65535);
    CHECK(outcome.found.up == PathMtu{65535, MtuLimit::none});
    CHECK(outcome.found.down == PathMtu{65535, MtuLimit::none});
}

TEST_CASE("a server that answers nothing leaves the MTU unknown, after a while", "[session]") {
    const auto outcome = Path{.up = 60}.explore();
    CHECK(outcome.found == PathMtuFound{});
    CHECK(outcome.took <= 4s);
}

TEST_CASE("answers to what was not asked, or of another length, do not count", "[session]") {
    PathMtuProber prober{{.ceiling = 1500, .rtt = rtt}, start};
    std::optional<wire::Size> up;
    std::optional<wire::Size> down;
    while (const auto size = prober.on_timer(start))
        (size->length > wire::shortest_size ? up : down) = size;
    REQUIRE((up && down));
    CHECK(up->length == 1472);
    CHECK(down->answer_bytes == 1472);
    CHECK(prober.on_sized({.number = 99}) == wire::Drop::unexpected);
    CHECK(prober.on_sized({.number = up->number, .request_bytes = 1471}) == wire::Drop::value);
    CHECK(prober.on_sized({.number = down->number, .request_bytes = 48, .length = 1471}) ==
          wire::Drop::value);
    CHECK_FALSE(prober.done());
    CHECK_FALSE(prober.on_sized({.number = up->number, .request_bytes = 1472}));
    CHECK(prober.on_sized({.number = up->number, .request_bytes = 1472}) ==
          wire::Drop::unexpected); // it counts once
    CHECK_FALSE(prober.on_sized({.number = down->number, .request_bytes = 48, .length = 1472}));
    CHECK(prober.done());
}

TEST_CASE("a way on which the server answers no more stays unknown beyond what passed",
          "[session]") {
    PathMtuProber prober{{.ceiling = 9000, .rtt = rtt}, start};
    std::map<std::uint16_t, std::uint32_t> numbers; // of the way down, by length
    while (const auto size = prober.on_timer(start))
        if (size->length == wire::shortest_size)
            numbers[size->answer_bytes] = size->number;
        else
            CHECK_FALSE(prober.on_sized({.number = size->number, .request_bytes = size->length}));
    CHECK_FALSE(prober.on_sized({.number = numbers.at(1472), .request_bytes = 48, .length = 1472}));
    CHECK_FALSE(prober.on_sized(
        {.number = numbers.at(8972), .request_bytes = 48, .outcome = wire::SizeOutcome::not_now}));
    const auto found = prober.take_news(start);
    REQUIRE(found.has_value());
    CHECK(found->up == PathMtu{9000, MtuLimit::none});
    CHECK(found->down.bytes == 1500);
    CHECK_FALSE(found->down.limit.has_value());
}

TEST_CASE("what is answered at length is limited, and then told to be", "[session]") {
    SizeAnswerer answerer;
    std::size_t sent = 0;
    for (int i = 0; i < 1000; ++i) {
        const wire::Sized answer =
            answerer.on_size(start, {.number = 1, .answer_bytes = 9000, .length = 48}, 1500);
        if (answer.outcome == wire::SizeOutcome::not_now)
            CHECK(answer.length == wire::shortest_sized);
        else
            sent += answer.length;
    }
    CHECK(sent <= 512 * 1024);
    CHECK(sent > 500 * 1024);
    // Short answers cost nothing, and time brings more.
    CHECK(answerer.on_size(start, {.number = 2, .length = 9000}, 1500).outcome ==
          wire::SizeOutcome::as_asked);
    const wire::Sized later =
        answerer.on_size(start + 1s, {.number = 3, .answer_bytes = 9000, .length = 48}, 1500);
    CHECK(later.outcome == wire::SizeOutcome::as_asked);
    CHECK(later.length == 9000);
    CHECK(later.request_bytes == 48);
    CHECK(later.path_mtu == 1500);
}

TEST_CASE("an answer that the host refuses to send is replaced by a short one, once known",
          "[session]") {
    SizeAnswerer answerer;
    static_cast<void>(
        answerer.on_size(start, {.number = 7, .answer_bytes = 9000, .length = 48}, 1500));
    CHECK_FALSE(answerer.on_refused(6));
    const auto answer = answerer.on_refused(7);
    REQUIRE(answer.has_value());
    CHECK(answer->outcome == wire::SizeOutcome::refused);
    CHECK(answer->length == wire::shortest_sized);
    CHECK(answer->number == 7);
    CHECK(answer->request_bytes == 48);
}
