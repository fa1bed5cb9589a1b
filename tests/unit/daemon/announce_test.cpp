#include "check.hpp"
#include "daemon/announce.hpp"
#include "journal/catalog_ids.hpp"

#include <set>

using namespace wyn;
using namespace wyn::daemon;
using journal::Event;
using journal::Severity;

namespace {

using Fields = std::vector<std::string>;

SessionEntry entry() {
    SessionEntry entry{.id = 0x8f3c000000000017};
    entry.client = {dgram::Address::v4(198, 51, 100, 7), 41873};
    entry.ports = {7811, 7864, 7893};
    entry.key_name = "office";
    return entry;
}

// The fields that every event of this session begins with, and more.
Fields session_fields(const Fields& more = {}) {
    Fields fields{"WYNDRVR_SESSION=8f3c000000000017", "WYNDRVR_CLIENT=198.51.100.7",
                  "WYNDRVR_PORT=41873", "WYNDRVR_KEY=office"};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

session::TestDone done(wire::Direction direction) {
    return {.test = 1,
            .direction = direction,
            .end = wire::End::completed,
            .datagram_bytes = 1452,
            .sent = {.packets_accepted = 40'310, .packets_refused = 20},
            .received = {.packets = 40'200,
                         .payload_bytes = 58'370'400,
                         .socket_drops = 45,
                         .first_arrival_ns = 1'000'000'000,
                         .last_arrival_ns = 11'000'000'000}};
}

Event refusal(Refused refused) {
    return announce_refused(
        {.client = {dgram::Address::v4(198, 51, 100, 7), 41873}, .refused = refused});
}

// One line that can be read by itself, and fields that are what their names say.
void check_form(const Event& event) {
    INFO(event.message);
    CHECK(event.id.size() == 32);
    CHECK(!event.message.empty());
    for (const char c : event.message)
        CHECK((c >= ' ' && c < '\x7f'));
    CHECK(!event.message.ends_with('.'));
    std::set<std::string> names;
    for (const std::string& field : event.fields) {
        INFO(field);
        const std::string name = field.substr(0, field.find('='));
        CHECK(name.starts_with("WYNDRVR_"));
        CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string::npos);
        CHECK(name.size() < field.size());
        CHECK(names.insert(name).second);
    }
}

} // namespace

TEST_CASE("a session's name has sixteen digits", "[daemon]") {
    CHECK(session_name(0) == "0000000000000000");
    CHECK(session_name(0x17) == "0000000000000017");
    CHECK(session_name(~std::uint64_t{0}) == "ffffffffffffffff");
}

TEST_CASE("listening is announced with its place and its configuration", "[daemon]") {
    const dgram::Endpoint at{dgram::Address{}, 6711};
    const Event plain = announce_listening(at, {});
    check_form(plain);
    CHECK(plain.id == journal::id::listening);
    CHECK(plain.severity == Severity::notice);
    CHECK(plain.message == "listening on [::]:6711 udp, without a configuration file");
    CHECK(plain.fields == Fields{"WYNDRVR_LISTEN=[::]:6711"});
    CHECK(announce_listening(at, {"/etc/a.toml", "/etc/b.toml"}).message ==
          "listening on [::]:6711 udp, configured by /etc/a.toml, /etc/b.toml");
}

TEST_CASE("stopping is announced with the sessions that end", "[daemon]") {
    CHECK(announce_stopping(0).message == "stopping");
    CHECK(announce_stopping(1).message == "stopping, 1 session ends now");
    CHECK(announce_stopping(2).message == "stopping, 2 sessions end now");
    CHECK(announce_stopping(2).id == journal::id::stopping);
    check_form(announce_stopping(3));
}

TEST_CASE("an admitted client is announced with its address, port and session", "[daemon]") {
    const Event event = announce_admitted(entry());
    check_form(event);
    CHECK(event.id == journal::id::session_admitted);
    CHECK(event.severity == Severity::info);
    CHECK(event.message == "client 198.51.100.7:41873 (office) has session 8f3c000000000017: "
                           "control 7811, upload 7864, download 7893");
    CHECK(event.fields == session_fields({"WYNDRVR_PORT_CONTROL=7811", "WYNDRVR_PORT_UPLOAD=7864",
                                          "WYNDRVR_PORT_DOWNLOAD=7893"}));
}

TEST_CASE("an open session is a detail for those who look for it", "[daemon]") {
    const Event event = announce_opened(entry(), 11'234'567ns);
    check_form(event);
    CHECK(event.id == journal::id::session_opened);
    CHECK(event.severity == Severity::debug);
    CHECK(event.message == "session 8f3c000000000017 is open: all three ports of "
                           "198.51.100.7:41873 are proven, RTT 11.2 ms");
    CHECK(event.fields == session_fields({"WYNDRVR_RTT_US=11234"}));
}

TEST_CASE("a test is announced with its rate and its losses", "[daemon]") {
    SECTION("an upload, which we received") {
        const Event event = announce_test(entry(), done(wire::Direction::up));
        check_form(event);
        CHECK(event.id == journal::id::test_done);
        CHECK(event.message == "session 8f3c000000000017 upload: 46.7 Mbit/s payload in 10.0 s, "
                               "110 of 40310 datagrams lost; completed");
        CHECK(event.fields == session_fields({"WYNDRVR_TEST=up", "WYNDRVR_UP_BPS=46696320",
                                              "WYNDRVR_SENT=40310", "WYNDRVR_LOST=110",
                                              "WYNDRVR_LOST_HERE=45", "WYNDRVR_REASON=completed"}));
    }
    SECTION("a download, which we sent") {
        const Event event = announce_test(entry(), done(wire::Direction::down));
        check_form(event);
        CHECK(event.fields == session_fields({"WYNDRVR_TEST=down", "WYNDRVR_DOWN_BPS=46696320",
                                              "WYNDRVR_SENT=40310", "WYNDRVR_LOST=110",
                                              "WYNDRVR_LOST_HERE=20", "WYNDRVR_REASON=completed"}));
    }
    SECTION("one that ended early says why") {
        session::TestDone early = done(wire::Direction::down);
        early.end = wire::End::no_feedback;
        const Event event = announce_test(entry(), early);
        CHECK(event.message.ends_with("lost; no feedback came back for 2 s"));
        CHECK(event.fields.back() == "WYNDRVR_REASON=no_feedback");
    }
    SECTION("one of which nothing arrived has no rate to tell") {
        session::TestDone nothing = done(wire::Direction::up);
        nothing.received = {};
        nothing.end = wire::End::no_bulk;
        const Event event = announce_test(entry(), nothing);
        check_form(event);
        CHECK(event.message == "session 8f3c000000000017 upload: nothing of 40310 datagrams "
                               "arrived; none of the load arrived");
    }
    SECTION("numbers of the client that contradict each other do no harm") {
        session::TestDone odd = done(wire::Direction::down);
        odd.received.packets = 50'000;
        odd.received.last_arrival_ns = 0;
        const Event event = announce_test(entry(), odd);
        check_form(event);
        CHECK(event.message == "session 8f3c000000000017 download: 0 bit/s payload in 0 ns, "
                               "0 of 40310 datagrams lost; completed");
    }
}

TEST_CASE("every end of a session is announced in words and as a field", "[daemon]") {
    const Event event = announce_ended(entry(), wire::End::peer_silent, 4'130ms);
    check_form(event);
    CHECK(event.id == journal::id::session_ended);
    CHECK(event.severity == Severity::info);
    CHECK(event.message == "session 8f3c000000000017 of 198.51.100.7:41873 ended after 4.13 s: "
                           "the other side fell silent");
    CHECK(event.fields ==
          session_fields({"WYNDRVR_REASON=peer_silent", "WYNDRVR_DURATION_US=4130000"}));
    for (std::uint16_t number = 0; number < 15; ++number) {
        const auto end = wire::end_from(number);
        REQUIRE(end.has_value());
        check_form(announce_ended(entry(), *end, 1s));
    }
}

TEST_CASE("a failed worker is an error that names the one session it cost", "[daemon]") {
    const Event event = announce_worker_failed(entry(), "killed by signal 9 (Killed)");
    check_form(event);
    CHECK(event.id == journal::id::worker_failed);
    CHECK(event.severity == Severity::error);
    CHECK(event.message == "a worker of session 8f3c000000000017 failed (killed by signal 9 "
                           "(Killed)); this session ends, no other is touched");
    CHECK(event.fields == session_fields());
}

TEST_CASE("a refusal is announced with its reason and what to do about it", "[daemon]") {
    const Event event = refusal({.code = wire::Refusal::busy, .have = 64, .limit = 64});
    CHECK(event.id == journal::id::client_refused);
    CHECK(event.severity == Severity::notice);
    CHECK(event.message == "client 198.51.100.7:41873 refused: 64 of 64 sessions are running");
    CHECK(event.fields ==
          Fields{"WYNDRVR_CLIENT=198.51.100.7", "WYNDRVR_PORT=41873", "WYNDRVR_REASON=busy"});

    const auto why = [](Refused refused) {
        const Event one = refusal(refused);
        check_form(one);
        CHECK(one.fields.back() == "WYNDRVR_REASON=" + std::string{wire::name(refused.code)});
        const std::string_view begin = "client 198.51.100.7:41873 refused: ";
        REQUIRE(one.message.starts_with(begin));
        return one.message.substr(begin.size());
    };
    using wire::Refusal;
    CHECK(why({.code = Refusal::per_address, .have = 32, .limit = 32}) ==
          "32 of 32 sessions from this address are running");
    CHECK(why({.code = Refusal::rate_budget, .have = 2'000'000, .limit = 10'000'000}) ==
          "2.00 Mbit/s of max_total_rate = 10.0 Mbit/s are left");
    CHECK(why({.code = Refusal::unsupported, .detail = 0x8123}) ==
          "it needs extension 0x8123, which is not known here");
    CHECK(why({.code = Refusal::version}) == "it speaks only newer versions of the protocol");
    CHECK(why({.code = Refusal::not_authorised}) == "its key is not accepted");
    CHECK(why({.code = Refusal::shutting_down}) == "the daemon is shutting down");
    CHECK(why({.code = Refusal::anonymous}) ==
          "it has no key, and require_key is set or its address is a global one; to admit such "
          "addresses set max_total_rate");
    CHECK(why({.code = Refusal::no_ports, .have = 2, .limit = 3}) ==
          "2 of 3 ports are free, and a client takes three; widen port_ranges");
    CHECK(why({.code = Refusal::no_ports, .have = 3, .limit = 3}) ==
          "3 of 3 ports are free, but other programs hold them; widen port_ranges");
    CHECK(why({.code = Refusal::no_worker}) == "the host gives no further process or thread");
}

TEST_CASE("trouble is told as it was found", "[daemon]") {
    const Event event = announce_trouble(Severity::warning, "no control socket");
    check_form({.id = event.id, .message = event.message});
    CHECK(event.id == journal::id::trouble);
    CHECK(event.severity == Severity::warning);
    CHECK(event.message == "no control socket");
    CHECK(event.fields.empty());
}

TEST_CASE("names of files cannot put anything into the journal but names", "[daemon]") {
    const Event event = announce_listening({}, {"/etc/a\nWYNDRVR_REASON=x\x1b[2J.toml"});
    check_form(event);
    CHECK(event.message ==
          "listening on [::]:0 udp, configured by /etc/a\\x0aWYNDRVR_REASON=x\\x1b[2J.toml");
    CHECK(event.fields == Fields{"WYNDRVR_LISTEN=[::]:0"});
}

TEST_CASE("every kind of event has an identity of its own", "[daemon]") {
    const std::set<std::string_view> ids{
        journal::id::listening,      journal::id::stopping,      journal::id::session_admitted,
        journal::id::session_opened, journal::id::test_done,     journal::id::session_ended,
        journal::id::client_refused, journal::id::worker_failed, journal::id::trouble};
    CHECK(ids.size() == 9);
}
