#include "check.hpp"
#include "status/varlink.hpp"
#include "unit/property.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::status;

namespace {

const std::string nul(1, '\0');

// The daemon's answer without its NUL, which must be there.
std::string answer(std::string_view message) {
    std::string text = answer_call(message, [] { return std::string{R"({"pid":812})"}; });
    REQUIRE(text.ends_with('\0'));
    text.pop_back();
    CHECK(text.find('\0') == std::string::npos);
    return text;
}

// All messages that a reader gives for these pieces.
std::vector<std::string> read_all(const std::vector<std::string>& pieces) {
    MessageReader reader;
    std::vector<std::string> messages;
    for (const std::string& piece : pieces) {
        REQUIRE(reader.add(piece, longest_message));
        while (auto message = reader.next())
            messages.push_back(*std::move(message));
    }
    return messages;
}

std::string refusal(std::string_view reply) {
    const auto parameters = parse_reply(reply);
    REQUIRE(!parameters.has_value());
    return parameters.error().what();
}

// [[[[...]]]]
std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST_CASE("a call is its method and a NUL", "[status]") {
    CHECK(make_call(status_method) == R"({"method":"io.wyndrvr.Daemon.Status"})" + nul);
}

TEST_CASE("a call of Status is answered with the status", "[status]") {
    CHECK(answer(R"({"method":"io.wyndrvr.Daemon.Status"})") == R"({"parameters":{"pid":812}})");
    SECTION("however it says that it has no parameters") {
        for (const char* const call : {R"({"method":"io.wyndrvr.Daemon.Status","parameters":{}})",
                                       R"({"parameters":null,"method":"io.wyndrvr.Daemon.Status"})",
                                       R"( {"method" : "io.wyndrvr.Daemon.Status", "more": true} )",
                                       R"({"method":"io.wyndrvr.Daemon.Status","oneway":false})",
                                       R"({"method":"io.wyndrvr.Daemon.Status","oneway":1})"})
            CHECK(answer(call) == R"({"parameters":{"pid":812}})");
    }
}

TEST_CASE("a call of GetInfo tells who answers and what can be called", "[status]") {
    CHECK(answer(R"({"method":"org.varlink.service.GetInfo"})") ==
          R"({"parameters":{"interfaces":["io.wyndrvr.Daemon","org.varlink.service"],)"
          R"("product":"wyndrvrd","url":"","vendor":"wyndrvr","version":")" WYN_VERSION R"("}})");
}

TEST_CASE("a call that cannot be done is answered with a Varlink error", "[status]") {
    SECTION("an unknown method") {
        CHECK(answer(R"({"method":"io.wyndrvr.Daemon.Stop"})") ==
              R"({"error":"org.varlink.service.MethodNotFound",)"
              R"("parameters":{"method":"io.wyndrvr.Daemon.Stop"}})");
    }
    SECTION("parameters where there are none") {
        CHECK(answer(R"({"method":"io.wyndrvr.Daemon.Status","parameters":{"all":true}})") ==
              R"({"error":"org.varlink.service.InvalidParameter",)"
              R"("parameters":{"parameter":"parameters"}})");
    }
    SECTION("what is no call at all") {
        for (const char* const message :
             {"", "{", "null", "7", "\"text\"", "[]", "{}", R"({"method":7})", R"({"method":null})",
              "hello\n", "\xff\xfe", R"({"method":"\ud800"})"})
            CHECK(answer(message) == R"({"error":"org.varlink.service.InvalidParameter",)"
                                     R"("parameters":{"parameter":"method"}})");
    }
}

TEST_CASE("a call that wants no answer gets none", "[status]") {
    const auto status = [] { return std::string{"{}"}; };
    CHECK(answer_call(R"({"method":"io.wyndrvr.Daemon.Status","oneway":true})", status).empty());
    CHECK(answer_call(R"({"method":"no.such.Method","oneway":true})", status).empty());
}

TEST_CASE("a deeply nested call costs the daemon nothing", "[status]") {
    const std::string deep = nested(longest_message / 2 - 100);
    for (const char* const member : {"method", "parameters", "oneway", "more", "x"}) {
        INFO(member);
        const std::string call =
            R"({"method":"io.wyndrvr.Daemon.Status",")" + std::string{member} + "\":" + deep + '}';
        CHECK(answer(call).size() < 200);
    }
    CHECK(answer(deep).size() < 200);
}

TEST_CASE("messages are cut at their NUL", "[status]") {
    using Messages = std::vector<std::string>;
    CHECK(read_all({}).empty());
    CHECK(read_all({"one"}).empty());
    CHECK(read_all({"one" + nul}) == Messages{"one"});
    CHECK(read_all({"one" + nul + "two" + nul + nul + "thr"}) == Messages{"one", "two", ""});
    CHECK(read_all({"one" + nul + "tw", "o" + nul}) == Messages{"one", "two"});
}

TEST_CASE("a stream gives the same messages wherever it is cut", "[status]") {
    const std::string stream = make_call("a.b.C") + make_call(status_method) + nul + "rest" + nul;
    const auto whole = read_all({stream});
    REQUIRE(whole.size() == 4);
    for (std::size_t first = 0; first <= stream.size(); ++first)
        for (std::size_t second = first; second <= stream.size(); ++second)
            CHECK(read_all({stream.substr(0, first), stream.substr(first, second - first),
                            stream.substr(second)}) == whole);
}

TEST_CASE("a message that grows too long is refused at the first byte too many", "[status]") {
    MessageReader reader;
    CHECK(reader.add("12345678", 8));
    SECTION("its NUL does not count") {
        CHECK(reader.add(nul, 8));
        CHECK(reader.next() == "12345678");
        CHECK(reader.add("12345678", 8));
        CHECK(!reader.add("9", 8));
    }
    SECTION("one byte more does") {
        CHECK(!reader.add("9", 8));
    }
    SECTION("a NUL behind it does not help") {
        CHECK(!reader.add("9" + nul, 8));
    }
}

TEST_CASE("several messages may be longer than one may be", "[status]") {
    MessageReader reader;
    CHECK(reader.add("12345678" + nul + "12345678" + nul, 8));
    CHECK(reader.next() == "12345678");
    CHECK(reader.next() == "12345678");
    CHECK(!reader.next().has_value());
}

TEST_CASE("the parameters of a reply are taken out of it", "[status]") {
    CHECK(REQUIRE_OK(parse_reply(R"({"parameters":{"pid":812}})")) == R"({"pid":812})");
    CHECK(REQUIRE_OK(parse_reply(R"({"parameters":null,"continues":false})")) == "null");
}

TEST_CASE("a reply that is none is refused in a sentence", "[status]") {
    for (const std::string& reply : {std::string{}, std::string{"["}, std::string{"[]"},
                                     std::string{"7"}, std::string{"\xff"}, nested(1'000'000)})
        CHECK(refusal(reply) == "the daemon's answer is not a JSON object");
    CHECK(refusal("{}") == "the daemon's answer has no parameters");
    CHECK(refusal(R"({"parameters":)" + nested(1'000'000) + '}') ==
          "the daemon's answer is not a JSON object");
    CHECK(refusal(R"({"error":"org.varlink.service.MethodNotFound","parameters":{}})") ==
          R"(the daemon answers "org.varlink.service.MethodNotFound")");
    CHECK(refusal(R"({"error":"\u001b[31m"})") == R"(the daemon answers "\\u001b[31m")");
}

TEST_CASE("any bytes are answered in one way or another", "[status]") {
    test::check_property("a daemon is not to be thrown off", [](const std::string& message) {
        const std::string text = answer_call(message, [] { return std::string{"{}"}; });
        RC_ASSERT(text.empty() || text.ends_with('\0'));
    });
    test::check_property("neither is a client", [](const std::string& message) {
        const auto parameters = parse_reply(message);
        RC_ASSERT(parameters.has_value() || !parameters.error().what().empty());
    });
    test::check_property("a reader loses no byte", [](const std::vector<std::string>& pieces) {
        MessageReader reader;
        std::string in;
        std::string out;
        for (const std::string& piece : pieces) {
            RC_ASSERT(reader.add(piece, 1'000'000));
            in += piece;
            while (const auto message = reader.next())
                out += *message + '\0';
        }
        RC_ASSERT(out == in.substr(0, in.rfind('\0') + 1));
    });
}
