#include "check.hpp"
#include "daemon/session_table.hpp"

using namespace wyn;
using namespace wyn::daemon;

namespace {

dgram::Address address(const char* text) {
    return REQUIRE_OK(dgram::Address::parse(text));
}

SessionEntry entry(std::uint64_t id, const char* client = "10.0.0.7") {
    SessionEntry entry{.id = id, .client = {address(client), 40000}, .since = MonoTime{1000s}};
    entry.nonce[0] = static_cast<std::uint8_t>(id);
    return entry;
}

} // namespace

TEST_CASE("a session is found by its id and by its handshake", "[daemon]") {
    SessionTable table;
    SessionEntry& added = table.add(entry(7));
    CHECK(table.find(7) == &added);
    CHECK(table.find(added.client, added.nonce) == &added);
    CHECK(table.find(8) == nullptr);
    CHECK(table.find(added.client, {9}) == nullptr);
    dgram::Endpoint other = added.client;
    ++other.port;
    CHECK(table.find(other, added.nonce) == nullptr);
}

TEST_CASE("a session that is removed is found no more, and its handshake is spent", "[daemon]") {
    SessionTable table;
    const SessionEntry gone = table.add(entry(7));
    CHECK_FALSE(table.is_spent(gone.since, gone.client, gone.nonce));
    table.remove(7);
    table.remove(7); // twice is once
    CHECK(table.size() == 0);
    CHECK(table.find(7) == nullptr);
    CHECK(table.find(gone.client, gone.nonce) == nullptr);
    CHECK(table.is_spent(gone.since + 31s, gone.client, gone.nonce));
    CHECK_FALSE(table.is_spent(gone.since + 31s, gone.client, {9}));
    CHECK_FALSE(table.is_spent(gone.since + 32s, gone.client, gone.nonce));
}

TEST_CASE("sessions are counted, the half-open ones too", "[daemon]") {
    SessionTable table;
    table.add(entry(1));
    table.add(entry(2)).open = true;
    table.add(entry(3));
    CHECK(table.size() == 3);
    CHECK(table.half_open() == 2);
    table.remove(1);
    CHECK(table.half_open() == 1);
}

TEST_CASE("what is reserved adds up", "[daemon]") {
    SessionTable table;
    CHECK(table.reserved() == BitRate{0});
    table.add(entry(1)).reserved = BitRate{5'000'000};
    table.add(entry(2)).reserved = BitRate{7'000'000};
    CHECK(table.reserved() == BitRate{12'000'000});
    table.remove(1);
    CHECK(table.reserved() == BitRate{7'000'000});
}

TEST_CASE("sessions are counted by who holds the address", "[daemon]") {
    SessionTable table;
    const auto from = [&table](const char* text) { return table.from(address(text)); };
    SECTION("an IPv4 address is its own") {
        table.add(entry(1, "10.0.0.7"));
        table.add(entry(2, "10.0.0.7")).client.port = 1;
        table.add(entry(3, "10.0.0.8"));
        CHECK(from("10.0.0.7") == 2);
        CHECK(from("10.0.0.8") == 1);
        CHECK(from("10.0.0.9") == 0);
    }
    SECTION("an IPv6 /64 is one") {
        table.add(entry(1, "2001:db8:0:1::1"));
        table.add(entry(2, "2001:db8:0:1:ffff:ffff:ffff:ffff"));
        table.add(entry(3, "2001:db8:0:2::1"));
        CHECK(from("2001:db8:0:1::7") == 2);
        CHECK(from("2001:db8:0:2::7") == 1);
        CHECK(from("2001:db8:0:3::1") == 0);
    }
    SECTION("neighbours on a link share fe80::/64 and are many") {
        table.add(entry(1, "fe80::1%2"));
        table.add(entry(2, "fe80::2%2"));
        CHECK(from("fe80::1%2") == 1);
        CHECK(from("fe80::3%2") == 0);
        CHECK(from("fe80::1%3") == 0);
    }
    SECTION("the loopback addresses of the two families do not meet") {
        table.add(entry(1, "::1"));
        CHECK(from("::1") == 1);
        CHECK(from("127.0.0.1") == 0);
        CHECK(from("10.0.0.7") == 0);
        table.add(entry(2, "127.0.0.1"));
        CHECK(from("::1") == 1);
        CHECK(from("127.0.0.1") == 1);
    }
}

TEST_CASE("a session with a test is told what the whole server has to do, when that has changed",
          "[daemon]") {
    SessionTable table;
    SessionEntry& one = table.add(entry(1));
    SessionEntry& other = table.add(entry(2));
    const session::ConnectionSnapshot idle{.open = true};
    session::ConnectionSnapshot loaded{.open = true, .test = 1, .running = true};
    CHECK_FALSE(table.note(one, idle));
    const auto first = table.note(one, loaded);
    REQUIRE(first.has_value());
    CHECK(first->now == wire::ServerLoad{.sessions = 2, .loads = 1});
    CHECK(one.last.running);
    CHECK_FALSE(table.note(one, loaded)); // nothing new
    CHECK(table.note(other, loaded)->now == wire::ServerLoad{.sessions = 2, .loads = 2});
    CHECK(table.note(one, loaded)->now == wire::ServerLoad{.sessions = 2, .loads = 2});
    table.remove(2); // in the middle of it
    CHECK(table.note(one, loaded)->now == wire::ServerLoad{.sessions = 1, .loads = 1});
    // A test that follows knows nothing yet.
    loaded.test = 2;
    CHECK(table.note(one, loaded)->now == wire::ServerLoad{.sessions = 1, .loads = 1});
    CHECK_FALSE(table.note(one, idle));
    table.add(entry(3));
    CHECK(table.note(*table.find(3), loaded)->now == wire::ServerLoad{.sessions = 2, .loads = 1});
}
