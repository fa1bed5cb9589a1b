#include "check.hpp"
#include "settings/ranges.hpp"

using namespace wyn;
using namespace wyn::settings;

TEST_CASE("a range of ports is read as it is printed", "[settings]") {
    CHECK(parse_port_range("7000-8000") == PortRange{7000, 8000});
    CHECK(parse_port_range("7000") == PortRange{7000, 7000});
    CHECK(print(PortRange{7000, 8000}) == "7000-8000");
    CHECK(print(PortRange{7000, 7000}) == "7000");
    CHECK(PortRange{1, 65535}.count() == 65535);
    for (const char* text : {"", "-", "0-5", "5-65536", "5-", "-5", "5-6-7", " 5", "8-7"}) {
        INFO(text);
        CHECK(!parse_port_range(text));
    }
}

TEST_CASE("a range of DSCP values takes names and numbers", "[settings]") {
    CHECK(parse_dscp_range("EF") == DscpRange{46, 46});
    CHECK(parse_dscp_range("8-15") == DscpRange{8, 15});
    CHECK(print(DscpRange{46, 46}) == "EF");
    CHECK(print(DscpRange{8, 15}) == "8-15");
    for (const char* text : {"", "-", "64", "0-64", "XF", "15-8"}) {
        INFO(text);
        CHECK(!parse_dscp_range(text));
    }
}
