#include "check.hpp"
#include "wire/message.hpp"

using namespace wyn;
using namespace wyn::wire;

TEST_CASE("a release is as much of its text as there is room for", "[wire]") {
    CHECK(text_of(release_from("0.1.0")) == "0.1.0");
    CHECK(text_of(release_from("1.2.3~rc1+deb12u1")) == "1.2.3~rc1+deb12u1");
    CHECK(text_of(release_from("")).empty());
    CHECK(text_of(release_from("1234567890123456789012345")) == "123456789012345678901234");
}

TEST_CASE("a release holds nothing that steers a terminal", "[wire]") {
    CHECK(text_of(release_from("1\x1b[31m 2\n\xff")) == "1?[31m?2??");
    CHECK(text_of(release_from(std::string_view{"1\0002", 3})) == "1?2");
}
