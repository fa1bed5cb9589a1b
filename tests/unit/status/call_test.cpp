#include "check.hpp"
#include "status/call.hpp"
#include "status/reply.hpp"
#include "unit/property.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::status;

namespace {

const std::string nul(1, '\0');

Request good(std::string_view message) {
    INFO(message);
    const auto request = decode_request(message);
    REQUIRE(request.has_value());
    return *request;
}

// What whoever cannot take the message answers, without its NUL.
std::string refusal(std::string_view message) {
    INFO(message);
    auto request = decode_request(message);
    REQUIRE(!request.has_value());
    std::string text = request.error();
    REQUIRE(text.ends_with('\0'));
    text.pop_back();
    CHECK(text.find('\0') == std::string::npos);
    return text;
}

std::string invalid(const std::string& parameter) {
    return R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":")" +
           parameter + R"("}})";
}

std::string call_of(const std::string& method, const std::string& parameters) {
    return R"({"method":"io.wyndrvr.Daemon.)" + method + R"(","parameters":)" + parameters + '}';
}

// [[[[...]]]]
std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

const std::vector<Call> every_call{GetInfo{},
                                   GetInterfaceDescription{"io.wyndrvr.Daemon"},
                                   GetStatus{},
                                   ListSessions{},
                                   Watch{.interval = std::chrono::milliseconds{250}},
                                   Reload{},
                                   Drain{.on = false},
                                   EndSession{.session = 0x8f3c000000000017},
                                   SetLogLevel{.level = "debug"}};

} // namespace

TEST_CASE("a call without parameters is its method and a NUL", "[status]") {
    CHECK(encode_request({.call = GetStatus{}}) ==
          R"({"method":"io.wyndrvr.Daemon.Status"})" + nul);
}

TEST_CASE("every call comes back from its message as it was", "[status]") {
    REQUIRE(every_call.size() == std::variant_size_v<Call>);
    for (const Call& call : every_call)
        for (const bool more : {false, true})
            for (const bool oneway : {false, true}) {
                const Request request{.call = call, .more = more, .oneway = oneway};
                std::string message = encode_request(request);
                REQUIRE(message.ends_with('\0'));
                message.pop_back();
                CHECK(good(message) == request);
            }
}

TEST_CASE("those calls change something that are not for everybody", "[status]") {
    std::vector<std::string_view> found;
    for (const Call& call : every_call)
        if (changes(call)) found.push_back(method_of(call));
    CHECK(found == std::vector<std::string_view>{
                       "io.wyndrvr.Daemon.Reload", "io.wyndrvr.Daemon.Drain",
                       "io.wyndrvr.Daemon.EndSession", "io.wyndrvr.Daemon.SetLogLevel"});
}

TEST_CASE("no parameters may be said in several ways", "[status]") {
    for (const char* const message :
         {R"({"method":"io.wyndrvr.Daemon.Status"})",
          R"({"method":"io.wyndrvr.Daemon.Status","parameters":{}})",
          R"({"parameters":null,"method":"io.wyndrvr.Daemon.Status"})",
          R"( {"method" : "io.wyndrvr.Daemon.Status", "more": false, "oneway": null} )",
          R"({"method":"io.wyndrvr.Daemon.Status","later":[1]})"})
        CHECK(good(message) == Request{.call = GetStatus{}});
}

TEST_CASE("a parameter that may be left out has its default", "[status]") {
    using namespace std::chrono_literals;
    CHECK(good(call_of("Watch", "{}")).call == Call{Watch{1000ms}});
    CHECK(good(call_of("Watch", R"({"interval_ms":null})")).call == Call{Watch{1000ms}});
    CHECK(good(call_of("Drain", "{}")).call == Call{Drain{.on = true}});
}

TEST_CASE("a parameter of the wrong type or range is named", "[status]") {
    for (const char* const value :
         {"99", "3600001", "0", "-1000", "1000.0", "1e3", "\"1000\"", "true", "[]", "{}",
          "18446744073709551615", "99999999999999999999"})
        CHECK(refusal(call_of("Watch", R"({"interval_ms":)" + std::string{value} + "}")) ==
              invalid("interval_ms"));
    CHECK(good(call_of("Watch", R"({"interval_ms":100})")).call == Call{Watch{Watch::shortest}});
    CHECK(good(call_of("Watch", R"({"interval_ms":3600000})")).call == Call{Watch{Watch::longest}});
    for (const char* const value : {"1", "0", "\"yes\"", "[]"})
        CHECK(refusal(call_of("Drain", R"({"on":)" + std::string{value} + "}")) == invalid("on"));
    for (const char* const value :
         {"7", "null", "\"\"", "\"8f3c\"", "\"8F3C000000000017\"", "\"8f3c00000000001g\"",
          "\"08f3c000000000017\"", "\"0x8f3c0000000017\"", "\" 8f3c00000000017\"",
          "\"-000000000000017\""})
        CHECK(refusal(call_of("EndSession", R"({"session":)" + std::string{value} + "}")) ==
              invalid("session"));
    for (const char* const value : {"7", "null", "\"\"", "\"verbose\"", "\"INFO\""})
        CHECK(refusal(call_of("SetLogLevel", R"({"level":)" + std::string{value} + "}")) ==
              invalid("level"));
}

TEST_CASE("a parameter that is missing is named", "[status]") {
    CHECK(refusal(call_of("EndSession", "{}")) == invalid("session"));
    CHECK(refusal(call_of("SetLogLevel", "{}")) == invalid("level"));
    CHECK(refusal(R"({"method":"org.varlink.service.GetInterfaceDescription"})") ==
          invalid("interface"));
}

TEST_CASE("a parameter that nobody knows is named", "[status]") {
    for (const char* const method : {"Status", "Sessions", "Watch", "Reload", "Drain"})
        CHECK(refusal(call_of(method, R"({"all":true})")) == invalid("all"));
    CHECK(refusal(call_of("EndSession", R"({"session":"8f3c000000000017","now":true})")) ==
          invalid("now"));
}

TEST_CASE("parameters that are no object are named as a whole", "[status]") {
    for (const char* const parameters : {"[]", "7", "true", "\"x\"", "[1,2]"})
        CHECK(refusal(call_of("Status", parameters)) == invalid("parameters"));
}

TEST_CASE("a flag is true or false", "[status]") {
    for (const char* const flag : {"more", "oneway"})
        for (const char* const value : {"1", "\"true\"", "[]", "{}"})
            CHECK(refusal(R"({"method":"io.wyndrvr.Daemon.Status",")" + std::string{flag} +
                          "\":" + value + '}') == invalid(flag));
}

TEST_CASE("a method that does not exist is told so", "[status]") {
    for (const char* const method :
         {"io.wyndrvr.Daemon.Stop", "io.wyndrvr.Daemon", "io.wyndrvr.daemon.Status", "Status", "",
          "io.wyndrvr.Daemon.Status "})
        CHECK(refusal(R"({"method":")" + std::string{method} + "\"}") ==
              R"({"error":"org.varlink.service.MethodNotFound","parameters":{"method":")" +
                  std::string{method} + R"("}})");
}

TEST_CASE("what is no call at all lacks a method", "[status]") {
    for (const char* const message :
         {"", "{", "null", "7", "\"text\"", "[]", "{}", R"({"method":7})", R"({"method":null})",
          "hello\n", "\xff\xfe", R"({"method":"\ud800"})"})
        CHECK(refusal(message) == invalid("method"));
}

TEST_CASE("who wants no answer is not told what was wrong either", "[status]") {
    for (const char* const message :
         {R"({"method":"no.such.Method","oneway":true})", R"({"oneway":true})",
          R"({"method":"io.wyndrvr.Daemon.Status","oneway":true,"more":7})",
          R"({"method":"io.wyndrvr.Daemon.Watch","oneway":true,"parameters":{"interval_ms":1}})"}) {
        const auto request = decode_request(message);
        REQUIRE(!request.has_value());
        CHECK(request.error().empty());
    }
}

TEST_CASE("a message may be nested sixteen levels deep", "[status]") {
    const auto with = [](std::size_t depth) {
        return R"({"method":"io.wyndrvr.Daemon.Status","x":)" + nested(depth) + '}';
    };
    CHECK(good(with(15)).call == Call{GetStatus{}});
    CHECK(refusal(with(16)) == invalid("method"));
}

TEST_CASE("a deeply nested call costs the daemon nothing", "[status]") {
    const std::string deep = nested(longest_message / 2 - 100);
    for (const char* const member : {"method", "parameters", "oneway", "more", "x"}) {
        const std::string message =
            R"({"method":"io.wyndrvr.Daemon.Status",")" + std::string{member} + "\":" + deep + '}';
        CHECK(refusal(message) == invalid("method"));
    }
    CHECK(refusal(deep) == invalid("method"));
}

TEST_CASE("any bytes are a call or are answered with an error", "[status]") {
    test::check_property("nothing is thrown", [](const std::string& message) {
        const auto request = decode_request(message);
        const bool answered = request.has_value() || request.error().ends_with('\0');
        RC_ASSERT(answered);
    });
}

TEST_CASE("a session is named by sixteen hexadecimal digits, and by nothing else", "[status]") {
    CHECK(session_name(0) == "0000000000000000");
    CHECK(session_name(0x8f3c000000000017) == "8f3c000000000017");
    test::check_property("there and back",
                         [](std::uint64_t id) { RC_ASSERT(session_from(session_name(id)) == id); });
    for (const char* const wrong : {"", "0", "8f3c00000000001", "8f3c0000000000170",
                                    "8F3C000000000017", "+f3c000000000017", "8f3c00000000001 "})
        CHECK(!session_from(wrong).has_value());
}
