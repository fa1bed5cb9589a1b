#include "unit/ctl/command_lines.hpp"

#include <fmt/format.h>

using namespace wyn;
using namespace wyn::ctl;
using test::Arguments;

namespace {

LogOptions good(Arguments arguments) {
    arguments.insert(arguments.begin(), "log");
    return test::good<LogOptions>(std::move(arguments));
}

std::string refusal(Arguments arguments) {
    arguments.insert(arguments.begin(), "log");
    return test::refusal(std::move(arguments), "wyndrvrctl log");
}

} // namespace

TEST_CASE("without options the newest hundred events of the system's daemon are shown", "[ctl]") {
    const LogOptions options = good({});
    CHECK(options.newest == 100U);
    CHECK(options.unit == "wyndrvrd.service");
    CHECK(options.client.empty());
    CHECK(options.session.empty());
    CHECK_FALSE(options.since.has_value());
    CHECK_FALSE(options.follow);
    CHECK_FALSE(options.json);
}

TEST_CASE("who follows begins with a few, and who names a time gets all since", "[ctl]") {
    CHECK(good({"--follow"}).newest == 10U);
    CHECK(good({"-f"}).follow);
    CHECK_FALSE(good({"--since", "2h"}).newest.has_value());
    CHECK(good({"--since", "2h"}).since == Since{Duration{2h}});
    CHECK(good({"--since", "2h", "-n", "5"}).newest == 5U);
    CHECK(good({"--follow", "--lines", "1000000"}).newest == 1'000'000U);
}

TEST_CASE("a client is found by its address however that is spelled", "[ctl]") {
    CHECK(good({"--client", "198.51.100.7"}).client == "198.51.100.7");
    CHECK(good({"--client", "2001:0DB8:0:0::7"}).client == "2001:db8::7");
    CHECK(refusal({"--client", "fra1"}).starts_with("--client: "));
}

TEST_CASE("a session is named by digits as the status shows them", "[ctl]") {
    CHECK(good({"--session", "8f3c0000"}).session == "8f3c0000");
    CHECK(good({"--session", "8f3c000000000017"}).session == "8f3c000000000017");
    const std::string expected = ": expected up to 16 hexadecimal digits, as the status shows them";
    for (const char* const id : {"", "xyz", "8F3C", "8f3c0000000000170"})
        CHECK(refusal({"--session", id}) == fmt::format("--session '{}'{}", id, expected));
}

TEST_CASE("mistakes in the options of the log are named", "[ctl]") {
    CHECK(refusal({"-n", "0"}) == "-n '0': expected a number of events from 1 to 1000000");
    CHECK(refusal({"-n", "1000001"}).starts_with("-n '1000001': "));
    CHECK(refusal({"-n", "many"}).starts_with("-n 'many': "));
    CHECK(refusal({"--since", "soon"}).starts_with("--since 'soon': expected a time"));
    CHECK(refusal({"--unit", ""}) == "--unit needs the name of a unit");
    CHECK(refusal({"--directory", ""}) == "--directory needs a directory");
    CHECK(refusal({"--folow"}) == "unknown option '--folow'; did you mean --follow?");
}
