#include "check.hpp"
#include "session/probe_result.hpp"
#include "unit/property.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

// A fixed rate over IPv4: 1001 datagrams of 1000 bytes in 1 s, from the first to the last.
DirectionResult fixed_load() {
    return {.direction = wire::Direction::up,
            .search = wire::Search::fixed,
            .header_bytes = 28,
            .sent = {.packets_accepted = 1001},
            .sent_known = true,
            .received_known = true,
            .received = {.packets = 1001,
                         .payload_bytes = 1'001'000,
                         .first_arrival_ns = 5'000'000'000,
                         .last_arrival_ns = 6'000'000'000}};
}

DirectionResult::Losses losses(const DirectionResult& result) {
    const auto found = result.losses();
    REQUIRE(found.has_value());
    return *found;
}

} // namespace

TEST_CASE("the mean rate is that of the gaps between the arrivals", "[session]") {
    const auto rates = fixed_load().rates();
    REQUIRE(rates.has_value());
    CHECK(rates->payload == BitRate{8'000'000}); // the first datagram came before its gap
    CHECK(rates->ip == BitRate{8'224'000});
    CHECK(rates->wire == BitRate{8'528'000});
    CHECK(rates->span == 1s);
}

TEST_CASE("the header of the address family counts", "[session]") {
    DirectionResult result = fixed_load();
    result.header_bytes = 48;
    CHECK(result.rates()->ip == BitRate{8'384'000});
    CHECK(result.rates()->wire == BitRate{8'688'000});
    CHECK(result.rates()->payload == BitRate{8'000'000});
}

TEST_CASE("a search reports its best interval", "[session]") {
    DirectionResult result = fixed_load();
    result.search = wire::Search::type_b;
    result.received.best_packets = 1200;
    result.received.best_bytes = 1'200'000;
    result.received.best_span_ns = 1'000'000'000;
    const auto rates = result.rates();
    REQUIRE(rates.has_value());
    CHECK(rates->payload == BitRate{9'600'000});
    CHECK(rates->ip == BitRate{9'868'800});
    CHECK(rates->span == 1s);

    SECTION("which a fixed rate does not have") {
        result.search = wire::Search::fixed;
        CHECK(result.rates()->payload == BitRate{8'000'000});
    }
    SECTION("and without one it reports the mean") {
        result.received.best_packets = 0;
        CHECK(result.rates()->payload == BitRate{8'000'000});
    }
}

TEST_CASE("too little makes no rate", "[session]") {
    DirectionResult result = fixed_load();
    SECTION("nothing arrived") {
        result.received = {};
        CHECK(!result.rates().has_value());
    }
    SECTION("one datagram, which has no gap") {
        result.received = {.packets = 1,
                           .payload_bytes = 1000,
                           .first_arrival_ns = 5'000'000'000,
                           .last_arrival_ns = 5'000'000'000};
        CHECK(!result.rates().has_value());
    }
    SECTION("two in the same instant") {
        result.received = {.packets = 2,
                           .payload_bytes = 2000,
                           .first_arrival_ns = 5'000'000'000,
                           .last_arrival_ns = 5'000'000'000};
        CHECK(!result.rates().has_value());
    }
    SECTION("two with a gap have the rate of the second one") {
        result.received = {.packets = 2,
                           .payload_bytes = 2000,
                           .first_arrival_ns = 5'000'000'000,
                           .last_arrival_ns = 5'001'000'000};
        CHECK(result.rates()->payload == BitRate{8'000'000});
    }
    SECTION("an arrival before the first one") {
        result.received.last_arrival_ns = 1;
        CHECK(!result.rates().has_value());
    }
    SECTION("a record that never came") {
        result.received_known = false;
        CHECK(!result.rates().has_value());
    }
}

TEST_CASE("without a loss every part of it is zero", "[session]") {
    const auto lost = losses(fixed_load());
    CHECK(lost.total == 0);
    CHECK(lost.path == 0);
    CHECK(lost.sender_host == 0);
    CHECK(lost.receiver_socket == 0);
    CHECK(fixed_load().lost_on_the_way() == 0);
}

TEST_CASE("losses are told apart by where they happened", "[session]") {
    DirectionResult result = fixed_load();
    result.sent = {.packets_accepted = 1100, .packets_refused = 50};
    result.received.socket_drops = 30;
    const auto lost = losses(result);
    CHECK(lost.total == 149);
    CHECK(lost.sender_host == 50);
    CHECK(lost.receiver_socket == 30);
    CHECK(lost.path == 69);
    CHECK(result.lost_on_the_way() == 99);
    CHECK(result.lost_in_receiver_socket() == 30);
}

TEST_CASE("the socket cannot have dropped more than was lost", "[session]") {
    DirectionResult result = fixed_load();
    result.sent.packets_accepted = 1011;
    result.received.socket_drops = 500;
    CHECK(losses(result).receiver_socket == 10);
    CHECK(losses(result).path == 0);
    result.sent.packets_accepted = 1001;
    CHECK(losses(result).receiver_socket == 0);
}

TEST_CASE("what the stack sent and denied is not lost", "[session]") {
    DirectionResult result = fixed_load();
    result.sent = {.packets_accepted = 990, .packets_refused = 20}; // and 1001 arrived
    const auto lost = losses(result);
    CHECK(lost.total == 9);
    CHECK(lost.sender_host == 9);
    CHECK(lost.path == 0);
    CHECK(result.lost_on_the_way() == 0);
}

TEST_CASE("losses are not known when a record is missing or does not fit", "[session]") {
    DirectionResult result = fixed_load();
    SECTION("the sender's") {
        result.sent_known = false;
    }
    SECTION("the receiver's") {
        result.received_known = false;
    }
    SECTION("they are of different moments") {
        result.records_match = false;
    }
    SECTION("more arrived than was sent") {
        result.received.packets = 1002;
    }
    CHECK(!result.losses().has_value());
}

TEST_CASE("the ledger adds up for any two records", "[session]") {
    test::check_property("or there is none", [](std::uint64_t accepted, std::uint64_t refused,
                                                std::uint64_t packets, std::uint64_t drops) {
        DirectionResult result = fixed_load();
        result.sent = {.packets_accepted = accepted, .packets_refused = refused};
        result.received.packets = packets;
        result.received.socket_drops = drops;
        const auto lost = result.losses();
        if (!lost) {
            RC_ASSERT(packets > result.sent.offered());
            return;
        }
        RC_ASSERT(result.sent.offered() == packets + lost->total);
        RC_ASSERT(lost->total == lost->path + lost->sender_host + lost->receiver_socket);
        RC_ASSERT(lost->receiver_socket <= drops);
        RC_ASSERT(lost->sender_host <= refused);
    });
}

TEST_CASE("what a host counts of drops is a bound within what the path has lost", "[session]") {
    DirectionResult result = fixed_load();
    result.received.packets = 901; // 100 are lost
    CHECK_FALSE(result.perhaps_in_sender_host());
    CHECK_FALSE(result.perhaps_in_receiver_host());
    result.sent.host.qdisc_drops = 30;
    CHECK_FALSE(result.perhaps_in_sender_host()); // one of two counters is not enough
    result.sent.host.device_drops = 5;
    CHECK(result.perhaps_in_sender_host() == 35);
    result.sent.host.qdisc_drops = 95;
    result.sent.host.device_drops = UINT64_MAX;
    CHECK(result.perhaps_in_sender_host() == 100);
    result.received.host.device_drops = 0;
    result.received.host.softnet_drops = 0;
    CHECK(result.perhaps_in_receiver_host() == 0);
    CHECK(losses(result).path == 100); // they are a part of it, not beside it
    result.received_known = false;
    CHECK_FALSE(result.perhaps_in_receiver_host());
}
