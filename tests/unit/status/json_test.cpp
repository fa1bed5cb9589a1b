#include "check.hpp"
#include "status/model.hpp"
#include "unit/property.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace wyn;
using namespace wyn::status;

namespace {

using nlohmann::json;
using Counts = std::map<std::string, std::uint64_t>;

Status busy() {
    return {.version = "0.1.0",
            .pid = 812,
            .uptime_ns = 1'049'000'000'000'000,
            .draining = true,
            .log_level = "info",
            .listen = "[::]:6711",
            .connection_parallelism = "process",
            .port_parallelism = "thread",
            .config_files = {"/etc/wyndrvr/wyndrvrd.toml"},
            .ports_total = 1001,
            .ports_free = 998,
            .limits = {.max_sessions = 64,
                       .max_sessions_per_address = 32,
                       .max_rate_bps = 500'000'000,
                       .max_total_rate_bps = 10'000'000'000,
                       .max_volume_bytes = 20'000'000'000,
                       .max_duration_ns = 60'000'000'000,
                       .require_key = true},
            .admitted = 318,
            .cookies_sent = 400,
            .refused = {{"busy", 2}, {"not_authorised", 4}},
            .dropped = {{"cookie_stale", 7}},
            .ended = {{"completed", 317}},
            .sessions = {{.id = "8f3c000000000017",
                          .client = "198.51.100.7:41873",
                          .key = "office",
                          .control_port = 7811,
                          .upload_port = 7864,
                          .download_port = 7893,
                          .age_ns = 3'000'000'000,
                          .open = true,
                          .rtt_ns = 11'200'000,
                          .tests = 2,
                          .running = "up",
                          .test_payload_bytes = 21'700'000,
                          .bytes_in = 22'000'000,
                          .bytes_out = 480'000'000,
                          .dropped = 1},
                         {.id = "0000000000000001", .client = "[::1]:50000", .key = "anonymous"}}};
}

json document_of(const Status& status) {
    json document = json::parse(to_json(status), nullptr, false);
    REQUIRE(document.is_object());
    return document;
}

std::string refusal(const json& document) {
    const auto status = from_json(document.dump());
    REQUIRE(!status.has_value());
    return status.error().what();
}

rc::Gen<std::string> text() {
    return rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '\x7f'));
}
rc::Gen<std::uint64_t> number() {
    return rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                          rc::gen::element<std::uint64_t>(0, ~std::uint64_t{0}));
}
rc::Gen<Counts> counts() {
    return rc::gen::container<Counts>(text(), number());
}

rc::Gen<Session> session() {
    return rc::gen::exec([] {
        Session session{.id = *text(), .client = *text(), .key = *text()};
        session.control_port = *rc::gen::arbitrary<std::uint16_t>();
        session.upload_port = *rc::gen::arbitrary<std::uint16_t>();
        session.download_port = *rc::gen::arbitrary<std::uint16_t>();
        session.age_ns = *number();
        session.open = *rc::gen::arbitrary<bool>();
        if (*rc::gen::arbitrary<bool>()) session.rtt_ns = *number();
        session.tests = *rc::gen::arbitrary<std::uint32_t>();
        session.running = *rc::gen::element<std::string>("", "up", "down");
        session.test_payload_bytes = *number();
        session.bytes_in = *number();
        session.bytes_out = *number();
        session.dropped = *number();
        return session;
    });
}

rc::Gen<Status> any_status() {
    return rc::gen::exec([] {
        Status status{.version = *text(), .pid = *number(), .uptime_ns = *number()};
        status.draining = *rc::gen::arbitrary<bool>();
        status.log_level = *text();
        status.listen = *text();
        status.connection_parallelism = *text();
        status.port_parallelism = *text();
        status.config_files = *rc::gen::container<std::vector<std::string>>(text());
        status.ports_total = *number();
        status.ports_free = *number();
        status.limits = {*number(),
                         *number(),
                         *number(),
                         *number(),
                         *number(),
                         *number(),
                         *rc::gen::arbitrary<bool>()};
        status.admitted = *number();
        status.cookies_sent = *number();
        status.refused = *counts();
        status.dropped = *counts();
        status.ended = *counts();
        status.sessions = *rc::gen::container<std::vector<Session>>(session());
        return status;
    });
}

} // namespace

TEST_CASE("every status comes back from JSON as it was", "[status]") {
    CHECK(REQUIRE_OK(from_json(to_json(busy()))) == busy());
    CHECK(REQUIRE_OK(from_json(to_json(Status{}))) == Status{});
    test::check_property("whatever is in it", [] {
        const Status status = *any_status();
        const auto again = from_json(to_json(status));
        RC_ASSERT(again.has_value());
        RC_ASSERT(*again == status);
    });
}

TEST_CASE("the document names its schema and its units", "[status]") {
    const json document = document_of(busy());
    CHECK(document["schema"] == "wyndrvr.status/1");
    CHECK(document["uptime_ns"] == 1'049'000'000'000'000);
    CHECK(document["ports"] == json{{"total_count", 1001}, {"free_count", 998}});
    CHECK(document["limits"]["max_rate_bps"] == 500'000'000);
    CHECK(document["refused_count"] == json{{"busy", 2}, {"not_authorised", 4}});
    const json& session = document["sessions"][0];
    CHECK(session["ports"] == json{{"control", 7811}, {"upload", 7864}, {"download", 7893}});
    CHECK(session["running"] == "up");
    CHECK(session["rtt_ns"] == 11'200'000);
}

TEST_CASE("what is not known yet is null", "[status]") {
    const json session = document_of(busy())["sessions"][1];
    CHECK(session["rtt_ns"].is_null());
    CHECK(session["running"].is_null());
}

TEST_CASE("a file whose name is no UTF-8 does not end the daemon", "[status]") {
    Status status = busy();
    status.config_files = {"/etc/wyndrvr/\xff.toml"};
    CHECK(document_of(status)["config_files"][0] == "/etc/wyndrvr/\ufffd.toml");
}

TEST_CASE("an answer that lacks a member is refused", "[status]") {
    const json whole = document_of(busy());
    for (const auto& [key, value] : whole.items()) {
        INFO(key);
        json document = whole;
        document.erase(key);
        CHECK(refusal(document).find('\'' + key + '\'') != std::string::npos);
    }
    for (const auto& [key, value] : whole["sessions"][0].items()) {
        INFO(key);
        json document = whole;
        document["sessions"][0].erase(key);
        CHECK(refusal(document).find('\'' + key + '\'') != std::string::npos);
    }
}

TEST_CASE("a number that is none, or does not fit, is refused and named", "[status]") {
    const auto with_pid = [](const json& value) {
        json document = document_of(busy());
        document["pid"] = value;
        return refusal(document);
    };
    const std::string expected = "the daemon's answer cannot be understood: 'pid' is not a number "
                                 "from 0 to 18446744073709551615";
    for (const json& value :
         {json(-1), json(1.5), json(true), json("812"), json(nullptr), json::array(), json(1e30)})
        CHECK(with_pid(value) == expected);

    json document = document_of(busy());
    document["sessions"][0]["ports"]["control"] = 65536;
    CHECK(refusal(document).ends_with("'control' is not a number from 0 to 65535"));
    document = document_of(busy());
    document["refused_count"]["busy"] = -1;
    CHECK(refusal(document).find("'busy' is not a number") != std::string::npos);
}

TEST_CASE("text where something else belongs is refused", "[status]") {
    for (const char* const key : {"version", "listen", "config_files", "ports", "limits",
                                  "refused_count", "sessions", "schema"})
        for (const json& value : {json(7), json(nullptr), json{{"x", 1}}, json{1, 2}}) {
            if (std::string_view{key} == "refused_count" && value.is_object()) continue;
            INFO(key << ' ' << value);
            json document = document_of(busy());
            document[key] = value;
            CHECK(!refusal(document).empty());
        }
}

TEST_CASE("an answer of another schema says so", "[status]") {
    json document = document_of(busy());
    document["schema"] = "wyndrvr.status/2";
    CHECK(refusal(document) ==
          "the daemon's answer is of schema 'wyndrvr.status/2', not wyndrvr.status/1");
    document["schema"] = "\x1b[31m";
    CHECK(refusal(document) ==
          "the daemon's answer is of schema '\\x1b[31m', not wyndrvr.status/1");
}

TEST_CASE("members that are not known are passed over", "[status]") {
    json document = document_of(busy());
    document["news"] = "later";
    document["sessions"][0]["news"] = {1, 2};
    CHECK(REQUIRE_OK(from_json(document.dump())) == busy());
}

TEST_CASE("any text is read or refused", "[status]") {
    for (const char* const wrong : {"", "{", "null", "[]", "7", "\"x\"", "\xff", "{}"}) {
        const auto status = from_json(wrong);
        REQUIRE(!status.has_value());
        CHECK(status.error().what().starts_with("the daemon's answer cannot be understood: "));
        CHECK(status.error().what().find('\n') == std::string::npos);
    }
    test::check_property("and nothing is thrown", [](const std::string& wrong) {
        RC_ASSERT(!from_json(wrong).has_value());
    });
    test::check_property("of a document with some bytes changed", [] {
        std::string document = to_json(busy());
        const auto at = *rc::gen::inRange<std::size_t>(0, document.size());
        document[at] = *rc::gen::arbitrary<char>();
        const auto status = from_json(document);
        // Outside the macro, whose || evaluates both sides.
        const bool read_or_refused = status.has_value() || !status.error().what().empty();
        RC_ASSERT(read_or_refused);
    });
}
