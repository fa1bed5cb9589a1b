// The checkers are told histories that break their promise, and others that nearly do.
#include "check.hpp"
#include "sim/result_check.hpp"

using namespace wyn;
using namespace wyn::sim;

namespace {

const dgram::Address client = dgram::Address::v4(192, 0, 2, 1);
const dgram::Address other = dgram::Address::v4(192, 0, 2, 2);
const dgram::Endpoint client_port{client, 40000};
const Tuple listening{6711, client_port};
constexpr SimTime start{10s};

// How often this invariant was complained about, and nothing else.
std::uint64_t complaints_of(const Complaints& complaints, int invariant) {
    for (const Complaint& complaint : complaints.first()) {
        INFO(complaint.what);
        CHECK(complaint.invariant == invariant);
    }
    return complaints.count();
}

} // namespace

TEST_CASE("a reply that is longer than what came is noticed", "[sim]") {
    Complaints complaints;
    Amplification amplification{complaints};
    amplification.on_in(listening, 512);
    amplification.on_out(start, listening, 64);
    CHECK(complaints.none());
    amplification.on_in(listening, 512);
    amplification.on_out(start, listening, 961);
    CHECK(complaints_of(complaints, 1) == 1);
}

TEST_CASE("two replies to one request are noticed", "[sim]") {
    Complaints complaints;
    Amplification amplification{complaints};
    amplification.on_in(listening, 512);
    amplification.on_out(start, listening, 64);
    amplification.on_out(start, listening, 64);
    CHECK(complaints_of(complaints, 1) == 1);
}

TEST_CASE("a tuple that has proven itself may be sent to, its neighbour may not", "[sim]") {
    Complaints complaints;
    Amplification amplification{complaints};
    const Tuple proven{7001, client_port};
    amplification.on_in(proven, 96);
    amplification.on_proven(proven);
    amplification.on_out(start, proven, 100'000);
    CHECK(complaints.none());
    amplification.on_out(start, {7002, client_port}, 96);
    CHECK(complaints_of(complaints, 1) == 1);
}

TEST_CASE("ASSIGN without a cookie, or long after it, is noticed", "[sim]") {
    Complaints complaints;
    Amplification amplification{complaints};
    amplification.half_open_time(3s);
    amplification.on_in(listening, 512);
    amplification.on_cookie_returned(start, listening);
    amplification.on_assign(start, listening, 256);
    amplification.on_assign(start + 3s, listening, 256);
    CHECK(complaints.none());
    amplification.on_assign(start + 3100ms, listening, 256);
    CHECK(complaints_of(complaints, 1) == 1);
    amplification.on_assign(start, {6711, {other, 40000}}, 256);
    CHECK(complaints_of(complaints, 1) == 2);
}

TEST_CASE("an answer to the mirror is noticed", "[sim]") {
    Complaints complaints;
    Amplification amplification{complaints};
    amplification.mirror_at(other);
    const Tuple mirror{7001, {other, 40000}};
    amplification.on_in(mirror, 512);
    CHECK(complaints.none());
    amplification.on_out(start, mirror, 1);
    CHECK(complaints_of(complaints, 10) == 1);
}

TEST_CASE("a session that began without a cookie is noticed", "[sim]") {
    Complaints complaints;
    check_cookie_first(complaints, start, true, 3, 4);
    check_cookie_first(complaints, start, false, 3, 3);
    CHECK(complaints.none());
    check_cookie_first(complaints, start, false, 3, 4);
    CHECK(complaints_of(complaints, 2) == 1);
}

TEST_CASE("bulk to who did not echo, and to another address, is noticed", "[sim]") {
    Complaints complaints;
    BulkWatch watch{complaints, client, BitRate{0}};
    watch.on_proven(client_port);
    watch.on_start(1, BitRate{8'000'000});
    watch.on_bulk(start, client_port, 1, 0, 1472);
    CHECK(complaints.none());
    watch.on_bulk(start, {client, 40001}, 1, 0, 1472);
    CHECK(complaints_of(complaints, 3) == 1);
    watch.on_bulk(start, {other, 40000}, 1, 0, 1472); // neither the address nor an echo
    CHECK(complaints_of(complaints, 3) == 3);
}

TEST_CASE("more than 64 KiB without feedback, or any load, is noticed", "[sim]") {
    Complaints complaints;
    BulkWatch watch{complaints, client, BitRate{0}};
    watch.on_proven(client_port);
    watch.on_start(1, BitRate{8'000'000});
    for (int i = 0; i < 44; ++i)
        watch.on_bulk(start, client_port, 1, 0, 1472);
    CHECK(complaints.none());
    watch.on_bulk(start, client_port, 1, 0, 1472);
    CHECK(complaints_of(complaints, 3) == 1);
    watch.on_bulk(start, client_port, 1, 1, 1472);
    CHECK(complaints_of(complaints, 3) == 2);
}

TEST_CASE("bulk that outlives the feedback by more than 500 ms is noticed", "[sim]") {
    Complaints complaints;
    BulkWatch watch{complaints, client, BitRate{0}};
    watch.on_proven(client_port);
    watch.on_start(1, BitRate{8'000'000});
    watch.on_feedback(start, 1, 0);
    watch.on_bulk(start + 500ms, client_port, 1, 1, 1472);
    CHECK(complaints.none());
    watch.on_bulk(start + 505ms, client_port, 1, 1, 1472);
    CHECK(complaints_of(complaints, 3) == 1);
    watch.on_feedback(start + 600ms, 2, 0); // of another test
    watch.on_bulk(start + 610ms, client_port, 1, 1, 1472);
    CHECK(complaints_of(complaints, 3) == 2);
}

TEST_CASE("a sender that ignores what is proven is noticed, one that keeps to it is not", "[sim]") {
    const auto run = [](std::uint64_t share_proven) {
        Complaints complaints;
        BulkWatch watch{complaints, client, BitRate{0}};
        watch.on_proven(client_port);
        watch.on_start(1, BitRate{80'000'000});
        // 80 Mbit/s: 10 kB each millisecond.
        std::uint64_t sent = 0;
        for (int i = 0; i < 3000; ++i) {
            const SimTime now = start + i * 1ms;
            if (i % 25 == 0) watch.on_feedback(now, 1, sent * share_proven / 100);
            watch.on_bulk(now, client_port, 1, 1 + static_cast<std::uint32_t>(i) / 50, 10'000);
            sent += 10'000;
        }
        return complaints_of(complaints, 4);
    };
    CHECK(run(100) == 0);
    CHECK(run(60) == 0);
    CHECK(run(20) > 0);
    CHECK(run(0) > 0);
}

TEST_CASE("a search that ignores what is proven is noticed as well", "[sim]") {
    Complaints complaints;
    BulkWatch watch{complaints, client, BitRate{0}};
    watch.on_proven(client_port);
    watch.on_start(1, BitRate{0});
    for (int i = 0; i < 4000; ++i) {
        const SimTime now = start + i * 1ms;
        if (i % 25 == 0) watch.on_feedback(now, 1, 0);
        watch.on_bulk(now, client_port, 1, 1 + static_cast<std::uint32_t>(i) / 50, 10'000);
    }
    CHECK(complaints_of(complaints, 4) > 0);
}

TEST_CASE("more than the grant is noticed, a burst after a late turn is not", "[sim]") {
    Complaints complaints;
    BulkWatch watch{complaints, client, BitRate{8'000'000}};
    watch.on_proven(client_port);
    watch.on_start(1, BitRate{8'000'000});
    std::uint64_t sent = 0;
    const auto send_until = [&](Duration from, Duration until, std::size_t bytes) {
        for (Duration at = from; at < until; at += 1ms) {
            watch.on_feedback(start + at, 1, sent);
            watch.on_bulk(start + at, client_port, 1, 1, bytes);
            sent += bytes;
        }
    };
    send_until(0ms, 1s, 1000);
    watch.on_bulk(start + 1001ms, client_port, 1, 1, 1000);
    watch.on_bulk(start + 1001ms, client_port, 1, 1, 1000);
    CHECK(complaints.none());
    send_until(1001ms, 2s, 1050);
    CHECK(complaints_of(complaints, 4) > 0);
}

TEST_CASE("each broken limit is noticed", "[sim]") {
    Complaints complaints;
    const Books::Session session{.client = client, .ports = {7000, 7001, 7002}};
    Books books{.sessions = {session},
                .free_ports = 97,
                .all_ports = 100,
                .most_sessions = 2,
                .most_per_address = 2,
                .most_total_rate = BitRate{10}};
    check_books(complaints, start, books);
    CHECK(complaints.none());

    SECTION("sessions") {
        books.most_sessions = 0;
        check_books(complaints, start, books);
        CHECK(complaints_of(complaints, 5) == 1);
    }
    SECTION("sessions from one address") {
        books.most_per_address = 0;
        check_books(complaints, start, books);
        CHECK(complaints_of(complaints, 5) == 1);
    }
    SECTION("half-open sessions") {
        books.sessions.push_back({.client = other, .ports = {8000, 8001, 8002}});
        books.free_ports = 94;
        books.sessions[0].half_open = books.sessions[1].half_open = true;
        check_books(complaints, start, books);
        CHECK(complaints_of(complaints, 5) == 1);
    }
    SECTION("the total rate") {
        books.sessions[0].reserved = BitRate{11};
        check_books(complaints, start, books);
        CHECK(complaints_of(complaints, 5) == 1);
    }
    SECTION("a port that is used twice") {
        books.sessions.push_back({.client = other, .ports = {7002, 8001, 8002}});
        books.free_ports = 94;
        check_books(complaints, start, books);
        CHECK(complaints_of(complaints, 6) == 1);
    }
    SECTION("a port that is lost, and one that is free and used") {
        for (const std::size_t free_ports : {96U, 98U}) {
            books.free_ports = free_ports;
            check_books(complaints, start, books);
        }
        CHECK(complaints_of(complaints, 6) == 2);
    }
}

TEST_CASE("a result that is not what the network saw is noticed", "[sim]") {
    // Ten sent, of which the third is lost, the fifth doubled and the sixth overtaken.
    Flow flow;
    Packet packet{.bytes = std::vector<std::uint8_t>(100)};
    const auto read = [&](std::uint64_t sequence, Duration at) {
        packet.sequence = sequence;
        flow.on_read(packet, start + at);
    };
    for (std::uint64_t sequence = 0; sequence < 10; ++sequence)
        flow.on_sent(sequence, 100);
    for (const std::uint64_t sequence : {0U, 1U, 3U, 4U, 4U, 6U, 5U, 7U, 8U, 9U})
        read(sequence, sequence * 10ms);
    flow.close();
    read(2, 1s); // too late for any statistic

    Complaints complaints;
    session::DirectionResult result;
    result.search = wire::Search::fixed;
    result.sent_known = result.received_known = true;
    result.sent.packets_accepted = 10;
    result.received = {.packets = 9,
                       .payload_bytes = 900,
                       .duplicates = 1,
                       .reordered = 1,
                       .first_arrival_ns = 5'000'000,
                       .last_arrival_ns = 95'000'000};
    const auto check = [&](Agreement agreement) {
        check_direction(complaints, start, result, &flow, agreement);
        return complaints_of(complaints, 7);
    };
    CHECK(check(Agreement::exact) == 0);

    SECTION("one more sent") {
        result.sent.packets_accepted = 11;
        CHECK(check(Agreement::exact) >= 1);
    }
    SECTION("a duplicate that is counted as received") {
        ++result.received.packets;
        CHECK(check(Agreement::exact) >= 1);
    }
    SECTION("bytes of a duplicate") {
        result.received.payload_bytes = 1000;
        CHECK(check(Agreement::exact) == 1);
    }
    SECTION("duplicates and reordering that were not seen") {
        result.received.duplicates = result.received.reordered = 0;
        CHECK(check(Agreement::exact) == 2);
    }
    SECTION("datagrams that are neither received nor lost") {
        result.received.packets = 11;
        CHECK(check(Agreement::exact) >= 2);
    }
    SECTION("a result that was cut off may say less, never more") {
        result.received.packets = 5;
        result.received.payload_bytes = 500;
        CHECK(check(Agreement::bound) == 0);
        result.received.packets = 10;
        CHECK(check(Agreement::bound) == 1);
    }
    SECTION("a result without any flow") {
        check_direction(complaints, start, result, nullptr, Agreement::exact);
        CHECK(complaints_of(complaints, 7) >= 2);
    }
    SECTION("a loss in the receiver's socket that did not happen there") {
        ++result.received.socket_drops;
        CHECK(check(Agreement::exact) == 1);
    }
    SECTION("datagrams that the sender's stack refused") {
        result.sent.packets_refused = 3;
        CHECK(check(Agreement::exact) == 0);
        CHECK(result.losses()->total == 4);
    }
    SECTION("a rate that is 2 % off") {
        // 800 bytes in 90 ms arrived, behind the first datagram.
        check_rate(complaints, start, result, flow);
        CHECK(complaints.none());
        result.received.last_arrival_ns = 97'000'000;
        check_rate(complaints, start, result, flow);
        CHECK(complaints_of(complaints, 14) == 1);
    }
}

TEST_CASE("the network's books balance, and show what has no fate", "[sim]") {
    Ledger ledger;
    Packet packet{.bytes = std::vector<std::uint8_t>(100)};
    packet.flow = &ledger.flow({.from = client_port, .to = {other, 7000}, .test = 1});
    packet.flow->on_sent(0, 100);
    ledger.on_sent();
    ledger.on_copied(packet);
    CHECK(ledger.under_way() == 2);
    CHECK(packet.flow->under_way() == 2);
    ledger.on_fate(packet, Fate::lost);
    ledger.on_fate(packet, Fate::queued);
    CHECK(ledger.under_way() == 0);
    CHECK(packet.flow->under_way() == 1); // waits in a socket
    packet.flow->on_read(packet, start);
    CHECK(packet.flow->under_way() == 0);
}

TEST_CASE("a path MTU that is not the path's is noticed", "[sim]") {
    const PathLimits limits{.sender_mtu = 9000, .receiver_mtu = 1420, .largest_packet = 1600};
    const auto check = [&](std::uint16_t bytes, bool is_spotless) {
        Complaints fresh;
        check_path_mtu(fresh, start, {.bytes = bytes}, limits, is_spotless);
        return complaints_of(fresh, 7);
    };
    CHECK(check(1420, true) == 0);
    CHECK(check(1421, false) == 1);
    CHECK(check(1419, true) == 1);
    CHECK(check(1280, false) == 0);
}
