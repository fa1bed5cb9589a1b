#include "check.hpp"
#include "dgram/dscp.hpp"

#include <string>

using namespace wyn;
using dgram::parse_dscp;
using dgram::print_dscp;

namespace {

int value_of(std::string_view text) {
    const auto dscp = parse_dscp(text);
    return dscp ? *dscp : -1;
}

} // namespace

TEST_CASE("a class is read by its name or its number", "[dgram]") {
    CHECK(value_of("EF") == 46);
    CHECK(value_of("ef") == 46);
    CHECK(value_of("46") == 46);
    CHECK(value_of("CS0") == 0);
    CHECK(value_of("cs7") == 56);
    CHECK(value_of("AF11") == 10);
    CHECK(value_of("Af43") == 38);
    CHECK(value_of("VA") == 44);
    CHECK(value_of("LE") == 1);
    CHECK(value_of("0") == 0);
    CHECK(value_of("63") == 63);
}

TEST_CASE("the names follow the rules of their RFCs", "[dgram]") {
    for (int n = 0; n <= 7; ++n) // RFC 2474: the three bits that were the precedence
        CHECK(value_of("CS" + std::to_string(n)) == 8 * n);
    for (int x = 1; x <= 4; ++x) // RFC 2597 section 6
        for (int y = 1; y <= 3; ++y)
            CHECK(value_of("AF" + std::to_string(x) + std::to_string(y)) == 8 * x + 2 * y);
}

TEST_CASE("what is no class is named, with what would be one", "[dgram]") {
    for (const char* const wrong :
         {"", "64", "255", "256", "-1", "EFF", "AF44", "CS8", "4 6", "0x2e"})
        CHECK(value_of(wrong) == -1);
    CHECK(parse_dscp("64").error().what() ==
          "'64' is not a DSCP; write it as EF, AF41, CS1 or 0 to 63");
    CHECK(parse_dscp("\x1b[31m").error().what().find('\x1b') == std::string::npos);
}

TEST_CASE("every class is printed as it is read", "[dgram]") {
    for (int dscp = 0; dscp < 64; ++dscp)
        CHECK(value_of(print_dscp(static_cast<std::uint8_t>(dscp))) == dscp);
    CHECK(print_dscp(46) == "EF");
    CHECK(print_dscp(3) == "3");
}
