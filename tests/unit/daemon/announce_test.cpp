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
                         .duplicates = 3,
                         .reordered = 7,
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

TEST_CASE("stopping is announced with the sessions that run, and for how long they may",
          "[daemon]") {
    CHECK(announce_stopping(0, 10s).message == "stopping");
    CHECK(announce_stopping(1, 0s).message == "stopping, 1 session ends now");
    CHECK(announce_stopping(2, 0s).message == "stopping, 2 sessions end now");
    CHECK(announce_stopping(2, 10s).message == "stopping, 2 sessions may go on for 10.0 s");
    CHECK(announce_stopping(2, 10s).id == journal::id::stopping);
    CHECK(announce_stopping(2, 10s).fields == Fields{"WYNDRVR_SESSIONS=2"});
    check_form(announce_stopping(3, 0s));
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
        CHECK(event.fields ==
              session_fields({"WYNDRVR_TEST=up", "WYNDRVR_UP_BPS=46696320", "WYNDRVR_SENT=40310",
                              "WYNDRVR_LOST=110", "WYNDRVR_LOST_HERE=45", "WYNDRVR_DUPLICATES=3",
                              "WYNDRVR_REORDERED=7", "WYNDRVR_PAYLOAD_BYTES=58370400",
                              "WYNDRVR_DATAGRAM_BYTES=1452", "WYNDRVR_DURATION_US=10000000",
                              "WYNDRVR_REASON=completed"}));
    }
    SECTION("a download, which we sent") {
        const Event event = announce_test(entry(), done(wire::Direction::down));
        check_form(event);
        CHECK(event.fields ==
              session_fields({"WYNDRVR_TEST=down", "WYNDRVR_DOWN_BPS=46696320",
                              "WYNDRVR_SENT=40310", "WYNDRVR_LOST=110", "WYNDRVR_LOST_HERE=20",
                              "WYNDRVR_DUPLICATES=3", "WYNDRVR_REORDERED=7",
                              "WYNDRVR_PAYLOAD_BYTES=58370400", "WYNDRVR_DATAGRAM_BYTES=1452",
                              "WYNDRVR_DURATION_US=10000000", "WYNDRVR_REASON=completed"}));
    }
    SECTION("with the newest round trip, as soon as there is one") {
        SessionEntry known = entry();
        known.last.rtt = 11'234'567ns;
        const Event event = announce_test(known, done(wire::Direction::up));
        check_form(event);
        CHECK(event.field("RTT_US") == "11234");
        CHECK_FALSE(announce_test(entry(), done(wire::Direction::up)).field("RTT_US"));
    }
    SECTION("a search that found the path's capacity tells it, and how far to trust it") {
        session::TestDone searched = done(wire::Direction::down);
        searched.capacity = wire::CapacityVerdict::two_rate;
        searched.capacity_ip = BitRate{48'300'000};
        const Event event = announce_test(entry(), searched);
        check_form(event);
        CHECK(event.field("CAPACITY_BPS") == "48300000");
        CHECK(event.field("VERDICT") == "two-rate");
        CHECK_FALSE(announce_test(entry(), done(wire::Direction::down)).field("VERDICT"));
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
                           "the other side fell silent; 0 tests, 0 B in, 0 B out");
    CHECK(event.fields ==
          session_fields({"WYNDRVR_REASON=peer_silent", "WYNDRVR_DURATION_US=4130000",
                          "WYNDRVR_TESTS=0", "WYNDRVR_BYTES_IN=0", "WYNDRVR_BYTES_OUT=0",
                          "WYNDRVR_DROPPED=0"}));
    for (std::uint16_t number = 0; number < 15; ++number) {
        const auto end = wire::end_from(number);
        REQUIRE(end.has_value());
        check_form(announce_ended(entry(), *end, 1s));
    }
}

TEST_CASE("the end of a session is announced with all that it counted", "[daemon]") {
    SessionEntry counted = entry();
    counted.tests_done = 2;
    counted.last.bytes_in = 620'000'000;
    counted.last.bytes_out = 1'500;
    counted.last.rtt = 11'234'567ns;
    counted.last.drops.count(wire::Drop::tag, 5);
    const Event event = announce_ended(counted, wire::End::completed, 20s);
    check_form(event);
    CHECK(event.message.ends_with("; 2 tests, 620 MB in, 1.50 kB out"));
    CHECK(event.fields ==
          session_fields({"WYNDRVR_REASON=completed", "WYNDRVR_DURATION_US=20000000",
                          "WYNDRVR_TESTS=2", "WYNDRVR_BYTES_IN=620000000", "WYNDRVR_BYTES_OUT=1500",
                          "WYNDRVR_DROPPED=5", "WYNDRVR_RTT_US=11234"}));
}

TEST_CASE("who ends a session by hand is named", "[daemon]") {
    const Event event = announce_end_asked(entry(), 1000);
    check_form(event);
    CHECK(event.id == journal::id::session_end_asked);
    CHECK(event.severity == Severity::notice);
    CHECK(event.message == "session 8f3c000000000017 of 198.51.100.7:41873 is ended by the user "
                           "with the number 1000");
    CHECK(event.fields == session_fields({"WYNDRVR_UID=1000"}));
}

TEST_CASE("a reload is announced with what it changes and what it cannot", "[daemon]") {
    const Event event = announce_reloaded(
        {.changed = {"max_rate", "max_sessions"}, .needs_restart = {"bind_port"}});
    check_form(event);
    CHECK(event.id == journal::id::reloaded);
    CHECK(event.severity == Severity::notice);
    CHECK(event.message == "configuration read again; in effect now: max_rate, "
                           "max_sessions; not before a restart: bind_port");
    CHECK(event.fields ==
          Fields{"WYNDRVR_CHANGED=max_rate max_sessions", "WYNDRVR_NEEDS_RESTART=bind_port"});
    const Event nothing = announce_reloaded({});
    check_form(nothing);
    CHECK(nothing.message == "configuration read again; nothing has changed");
    CHECK(nothing.fields == Fields{"WYNDRVR_CHANGED=", "WYNDRVR_NEEDS_RESTART="});
}

TEST_CASE("a reload that fails tells every mistake, and nothing but text", "[daemon]") {
    const Event event =
        announce_reload_failed({"a.toml:1:1: unknown key 'x'", "a.toml:2:1: 'y'\n\x1b[2J"});
    check_form(event);
    CHECK(event.id == journal::id::reload_failed);
    CHECK(event.severity == Severity::error);
    CHECK(event.message == "the configuration has 2 mistakes, so the one before stays in effect: "
                           "a.toml:1:1: unknown key 'x'; a.toml:2:1: 'y'\\x0a\\x1b[2J");
    CHECK(event.fields == Fields{"WYNDRVR_MISTAKES=2"});
}

TEST_CASE("draining is announced when it begins and when it is taken back", "[daemon]") {
    const Event begins = announce_draining(2);
    check_form(begins);
    CHECK(begins.id == journal::id::draining);
    CHECK(begins.message == "draining: newcomers are refused, 2 sessions may end by themselves");
    CHECK(begins.fields == Fields{"WYNDRVR_SESSIONS=2"});
    CHECK(announce_draining(1).message ==
          "draining: newcomers are refused, 1 session may end by itself");
    const Event ends = announce_drain_ended(3);
    check_form(ends);
    CHECK(ends.id == journal::id::drain_ended);
    CHECK(ends.message == "newcomers are admitted again");
    CHECK(ends.fields == Fields{"WYNDRVR_SESSIONS=3"});
}

TEST_CASE("another log level is announced by its name", "[daemon]") {
    const Event event = announce_log_level(Severity::debug);
    check_form(event);
    CHECK(event.id == journal::id::log_level_changed);
    CHECK(event.message == "log_level is debug now");
    CHECK(event.fields == Fields{"WYNDRVR_LOG_LEVEL=debug"});
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
    const Event event = announce_trouble(Severity::warning, "no control socket", "control_socket");
    check_form(event);
    CHECK(event.id == journal::id::trouble);
    CHECK(event.severity == Severity::warning);
    CHECK(event.message == "no control socket");
    CHECK(event.fields == Fields{"WYNDRVR_REASON=control_socket"});
}

TEST_CASE("names of files cannot put anything into the journal but names", "[daemon]") {
    const Event event = announce_listening({}, {"/etc/a\nWYNDRVR_REASON=x\x1b[2J.toml"});
    check_form(event);
    CHECK(event.message ==
          "listening on [::]:0 udp, configured by /etc/a\\x0aWYNDRVR_REASON=x\\x1b[2J.toml");
    CHECK(event.fields == Fields{"WYNDRVR_LISTEN=[::]:0"});
}
