#include "check.hpp"
#include "status/interface.hpp"
#include "status/reply.hpp"
#include "status/varlink.hpp"
#include "unit/property.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::status;

namespace {

using nlohmann::json;

// The messages that these bytes are.
std::vector<std::string> messages_of(const std::string& bytes) {
    MessageReader reader;
    REQUIRE(reader.add(bytes, bytes.size()));
    std::vector<std::string> messages;
    while (auto message = reader.next())
        messages.push_back(*std::move(message));
    CHECK(!reader.holds_something());
    return messages;
}

std::string only_message(const std::string& bytes) {
    const auto messages = messages_of(bytes);
    REQUIRE(messages.size() == 1);
    return messages.front();
}

Reply good(const std::string& message) {
    const auto reply = REQUIRE_OK(parse_reply(message));
    REQUIRE(reply.has_value());
    return *reply;
}

ErrorReply error(const std::string& bytes) {
    const auto reply = REQUIRE_OK(parse_reply(only_message(bytes)));
    REQUIRE(!reply.has_value());
    return reply.error();
}

std::string complaint(std::string_view message) {
    const auto reply = parse_reply(message);
    REQUIRE(!reply.has_value());
    return reply.error().what();
}

std::vector<Session> two() {
    return {{.id = "8f3c000000000017", .client = "198.51.100.7:41873", .key = "office"},
            {.id = "0000000000000001", .client = "[::1]:50000", .key = "anonymous"}};
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST_CASE("what was done without a result is answered with nothing", "[status]") {
    CHECK(only_message(reply_done()) == R"({"parameters":{}})");
}

TEST_CASE("GetInfo tells who answers and what can be called", "[status]") {
    CHECK(only_message(reply_info()) ==
          R"({"parameters":{"interfaces":["io.wyndrvr.Daemon","org.varlink.service"],)"
          R"("product":"wyndrvrd","url":"","vendor":"wyndrvr","version":")" WYN_VERSION R"("}})");
}

TEST_CASE("every interface that GetInfo names is described, and no other", "[status]") {
    for (const std::string_view interface : interfaces) {
        const Reply reply = good(only_message(reply_description(interface)));
        const json parameters = json::parse(reply.parameters);
        CHECK(parameters["description"] == *describe_interface(interface));
    }
    CHECK(only_message(reply_description("io.wyndrvr.Nothing")) ==
          R"({"error":"org.varlink.service.InterfaceNotFound",)"
          R"("parameters":{"interface":"io.wyndrvr.Nothing"}})");
}

TEST_CASE("a status passes through reply and caller, alone or as one of several", "[status]") {
    const Status status{
        .version = "0.1.0", .draining = true, .log_level = "info", .sessions = two()};
    for (const bool continues : {false, true}) {
        const Reply reply = good(only_message(reply_status(status, continues)));
        CHECK(reply.continues == continues);
        CHECK(REQUIRE_OK(from_json(reply.parameters)) == status);
    }
}

TEST_CASE("sessions come in one answer, or in one each of which the last says so", "[status]") {
    const Reply all = good(only_message(reply_sessions(two())));
    CHECK(!all.continues);
    CHECK(REQUIRE_OK(sessions_from(all.parameters)) == two());

    const auto each = messages_of(reply_each_session(two()));
    REQUIRE(each.size() == 2);
    for (std::size_t i = 0; i < each.size(); ++i) {
        const Reply reply = good(each[i]);
        CHECK(reply.continues == (i == 0));
        CHECK(REQUIRE_OK(sessions_from(reply.parameters)) == std::vector<Session>{two()[i]});
    }
}

TEST_CASE("no session is an answer too", "[status]") {
    const std::string none = R"({"parameters":{"sessions":[]}})";
    CHECK(only_message(reply_sessions({})) == none);
    CHECK(only_message(reply_each_session({})) == none);
}

TEST_CASE("what a reload has changed passes through reply and caller", "[status]") {
    const Reloaded reloaded{.changed = {"max_rate", "bind_port"}, .needs_restart = {"bind_port"}};
    const Reply reply = good(only_message(reply_reloaded(reloaded)));
    CHECK(REQUIRE_OK(reloaded_from(reply.parameters)) == reloaded);
    CHECK(!reloaded_from("{}").has_value());
    CHECK(!reloaded_from(R"({"changed":[1],"needs_restart":[]})").has_value());
}

TEST_CASE("an error that a caller can act on is told from others", "[status]") {
    CHECK(error(refuse_stranger("io.wyndrvr.Daemon.Reload")).error == CallError::not_permitted);
    CHECK(error(refuse_session("8f3c000000000017")).error == CallError::no_such_session);
    CHECK(error(refuse_caller()).error == CallError::too_many_callers);
    CHECK(error(refuse_single_answer()).error == CallError::other);
    CHECK(error(refuse_single_answer()).name == "org.varlink.service.ExpectedMore");
    CHECK(error(refuse_method("x")).error == CallError::other);
    const ErrorReply bad = error(refuse_configuration({"a.toml:1:2: one", "b.toml:3:4: two"}));
    CHECK(bad.error == CallError::bad_configuration);
    CHECK(bad.problems == std::vector<std::string>{"a.toml:1:2: one", "b.toml:3:4: two"});
}

TEST_CASE("an error says what it is about", "[status]") {
    CHECK(only_message(refuse_stranger("io.wyndrvr.Daemon.Reload")) ==
          R"({"error":"io.wyndrvr.Daemon.NotPermitted",)"
          R"("parameters":{"method":"io.wyndrvr.Daemon.Reload"}})");
    CHECK(only_message(refuse_session("8f3c000000000017")) ==
          R"({"error":"io.wyndrvr.Daemon.NoSuchSession",)"
          R"("parameters":{"session":"8f3c000000000017"}})");
    CHECK(only_message(refuse_caller()) ==
          R"({"error":"io.wyndrvr.Daemon.TooManyCallers","parameters":{}})");
}

TEST_CASE("text of strangers cannot break a reply", "[status]") {
    CHECK(json::parse(only_message(refuse_method("\xff\"\n"))).is_object());
    CHECK(json::parse(only_message(refuse_configuration({std::string{"\xff\0", 2}}))).is_object());
}

TEST_CASE("a reply that is none is refused in a sentence", "[status]") {
    for (const std::string& reply : {std::string{}, std::string{"["}, std::string{"[]"},
                                     std::string{"7"}, std::string{"\xff"}, nested(1'000'000)})
        CHECK(complaint(reply) == "the daemon's answer is not a JSON object");
    CHECK(complaint("{}") == "the daemon's answer has no parameters");
    CHECK(complaint(R"({"parameters":)" + nested(1'000'000) + '}') ==
          "the daemon's answer is not a JSON object");
}

TEST_CASE("an error of any shape is an error", "[status]") {
    for (const char* const message :
         {R"({"error":7})", R"({"error":null})", R"({"error":"x","parameters":7})",
          R"({"error":"io.wyndrvr.Daemon.BadConfiguration","parameters":{"problems":7}})",
          R"({"error":"io.wyndrvr.Daemon.BadConfiguration","parameters":{"problems":[7]}})"}) {
        const auto reply = REQUIRE_OK(parse_reply(message));
        REQUIRE(!reply.has_value());
        CHECK(reply.error().problems.empty());
    }
}

TEST_CASE("sessions of a wrong shape are refused and named", "[status]") {
    CHECK(!sessions_from("{}").has_value());
    CHECK(!sessions_from(R"({"sessions":7})").has_value());
    const auto sessions = sessions_from(R"({"sessions":[{"id":"x"}]})");
    REQUIRE(!sessions.has_value());
    CHECK(sessions.error().what().find("'client'") != std::string::npos);
}

TEST_CASE("any bytes are a reply or none", "[status]") {
    test::check_property("nothing is thrown", [](const std::string& message) {
        const auto reply = parse_reply(message);
        const bool told = reply.has_value() || !reply.error().what().empty();
        RC_ASSERT(told);
    });
}
