#include "base/placement.hpp"
#include "check.hpp"

using namespace wyn;

TEST_CASE("a placement is read in any letter case and printed in lower case", "[base]") {
    for (const Placement placement : placements)
        CHECK(parse_placement(print(placement)) == placement);
    CHECK(parse_placement("SINGLE") == Placement::single);
    CHECK(parse_placement("Thread") == Placement::thread);
    CHECK(parse_placement("pROCESS") == Placement::process);
}

TEST_CASE("what is not a placement is not guessed", "[base]") {
    for (const char* text : {"", "singl", "threads", " thread", "process ", "0"}) {
        INFO(text);
        CHECK_FALSE(parse_placement(text));
    }
}
