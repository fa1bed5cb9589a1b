#include "base/units.hpp"
#include "check.hpp"

using namespace wyn;

TEST_CASE("a rate is read with SI suffixes and printed with three digits", "[base]") {
    CHECK(REQUIRE_OK(parse_rate("50M")) == BitRate{50'000'000});
    CHECK(REQUIRE_OK(parse_rate("1.5G")) == BitRate{1'500'000'000});
    CHECK(REQUIRE_OK(parse_rate("10Mbit/s")) == BitRate{10'000'000});
    CHECK(print(BitRate{944'123'000}) == "944 Mbit/s");
    CHECK(print(BitRate{48'345'000}) == "48.3 Mbit/s");
    CHECK(print(BitRate{999'700'000}) == "1.00 Gbit/s");
    CHECK(print(BitRate{0}) == "0 bit/s");
}

TEST_CASE("what is not a rate is refused with an example", "[base]") {
    for (const char* text : {"", "0", "-5M", "fast", "1e6", "5X", "20T", "nan", "inf"}) {
        INFO(text);
        const auto rate = parse_rate(text);
        REQUIRE(!rate);
        CHECK(rate.error().what().find("50M") != std::string::npos);
    }
}

TEST_CASE("what cannot be read is quoted so that it is safe to print", "[base]") {
    for (const std::string& sentence :
         {parse_rate("\x1b[31m").error().what(), parse_bytes("\x1b[31m").error().what(),
          parse_duration_ns("\x1b[31m").error().what()})
        CHECK(sentence.starts_with("'\\x1b[31m' is not a"));
}

TEST_CASE("durations default to seconds and print in the largest fitting unit", "[base]") {
    CHECK(REQUIRE_OK(parse_duration_ns("10")) == 10'000'000'000);
    CHECK(REQUIRE_OK(parse_duration_ns("250ms")) == 250'000'000);
    CHECK(REQUIRE_OK(parse_duration_ns("2m")) == 120'000'000'000);
    CHECK_FALSE(parse_duration_ns("2 m"));
    CHECK_FALSE(parse_duration_ns(""));
    CHECK(print_ns(11'200'000) == "11.2 ms");
    CHECK(print_ns(870) == "870 ns");
    CHECK(print_ns(1'500) == "1.50 us");
    CHECK(print_ns(-2'000'000'000) == "-2.00 s");
}

TEST_CASE("bytes follow iperf3's suffixes", "[base]") {
    CHECK(REQUIRE_OK(parse_bytes("64k")) == 65536);
    CHECK(REQUIRE_OK(parse_bytes("1.5kB")) == 1500);
    CHECK_FALSE(parse_bytes("1.5"));
    CHECK(print_bytes(620'000'000) == "620 MB");
    CHECK(print_bytes(12) == "12 B");
}
