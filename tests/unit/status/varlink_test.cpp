#include "check.hpp"
#include "status/varlink.hpp"
#include "unit/property.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::status;

namespace {

const std::string nul(1, '\0');

// All messages that a reader gives for these pieces.
std::vector<std::string> read_all(const std::vector<std::string>& pieces) {
    MessageReader reader;
    std::vector<std::string> messages;
    for (const std::string& piece : pieces) {
        REQUIRE(reader.add(piece, 1024));
        while (auto message = reader.next())
            messages.push_back(*std::move(message));
    }
    return messages;
}

} // namespace

TEST_CASE("messages are cut at their NUL", "[status]") {
    using Messages = std::vector<std::string>;
    CHECK(read_all({}).empty());
    CHECK(read_all({"one"}).empty());
    CHECK(read_all({"one" + nul}) == Messages{"one"});
    CHECK(read_all({"one" + nul + "two" + nul + nul + "thr"}) == Messages{"one", "two", ""});
    CHECK(read_all({"one" + nul + "tw", "o" + nul}) == Messages{"one", "two"});
}

TEST_CASE("a stream gives the same messages wherever it is cut", "[status]") {
    const std::string stream = "{1}" + nul + "{2, 3}" + nul + nul + "rest" + nul;
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

TEST_CASE("a reader knows whether it holds a whole message or a part of one", "[status]") {
    MessageReader reader;
    CHECK(!reader.holds_something());
    REQUIRE(reader.add("one", 8));
    CHECK(reader.holds_something());
    CHECK(!reader.has_message());
    REQUIRE(reader.add(nul + "tw", 8));
    CHECK(reader.has_message());
    CHECK(reader.next() == "one");
    CHECK(!reader.has_message());
    CHECK(reader.holds_something());
}

TEST_CASE("a reader loses no byte", "[status]") {
    test::check_property("however it gets them", [](const std::vector<std::string>& pieces) {
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
