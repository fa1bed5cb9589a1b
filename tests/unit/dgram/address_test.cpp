#include "check.hpp"
#include "dgram/address.hpp"
#include "unit/property.hpp"

using namespace wyn;
using namespace wyn::dgram;

namespace {

Address read(std::string_view text) {
    INFO(text);
    return REQUIRE_OK(Address::parse(text));
}

std::string refusal(std::string_view text) {
    INFO(text);
    const auto address = Address::parse(text);
    REQUIRE(!address.has_value());
    return address.error().what();
}

std::string split(std::string_view text, std::uint16_t lowest = 1) {
    const HostPort parts = REQUIRE_OK(split_host_port(text, lowest));
    return parts.host + '|' + (parts.port ? std::to_string(*parts.port) : "-");
}

} // namespace

TEST_CASE("addresses are printed in the one spelling of RFC 5952", "[dgram]") {
    for (const char* const text : {"0.0.0.0", "198.51.100.1", "255.255.255.255", "::", "::1",
                                   "2001:db8::1", "fe80::1%3", "fd00:1:2:3:4:5:6:7"})
        CHECK(print(read(text)) == text);
    CHECK(print(read("2001:DB8:0:0:0:0:0:1")) == "2001:db8::1");
    CHECK(print(read("2001:db8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1");
    CHECK(print(read("::ffff:198.51.100.1")) == "198.51.100.1");
}

TEST_CASE("an IPv4 address is the same however it is written", "[dgram]") {
    CHECK(read("198.51.100.1") == Address::v4(198, 51, 100, 1));
    CHECK(read("::ffff:198.51.100.1") == Address::v4(198, 51, 100, 1));
    CHECK(read("198.51.100.1").is_v4());
    CHECK(read("198.51.100.1").header_bytes() == 28);
    CHECK_FALSE(read("2001:db8::1").is_v4());
    CHECK(read("2001:db8::1").header_bytes() == 48);
}

TEST_CASE("what is no address is refused and named", "[dgram]") {
    for (const char* const text :
         {"", "localhost", "198.51.100", "198.51.100.256", "1.2.3.4.5", " 1.2.3.4", "1.2.3.4 ",
          "0x7f.1", "::g", ":::", "1::2::3", "[::1]", "::1/64"})
        CHECK(refusal(text) == "'" + std::string{text} + "' is not an IPv4 or IPv6 address");
    CHECK(refusal(std::string_view{"1.2.3.4\0x", 9}) ==
          "'1.2.3.4\\x00x' is not an IPv4 or IPv6 address");
    CHECK(refusal("\x1b[31m").find('\x1b') == std::string::npos);
}

TEST_CASE("a zone is the number of an interface, of an IPv6 address", "[dgram]") {
    CHECK(read("fe80::1%3").scope == 3);
    CHECK(read("fe80::1%3") != read("fe80::1"));
    for (const char* const text : {"fe80::1%", "fe80::1%eth0", "fe80::1%-1", "fe80::1%2147483648",
                                   "198.51.100.1%3", "fe80::1%\x1b[31m"}) {
        CHECK(refusal(text).ends_with("is not an address with a zone"));
        CHECK(refusal(text).find('\x1b') == std::string::npos);
    }
    CHECK(refusal("::ffff:198.51.100.1%3").ends_with("is not an IPv4 or IPv6 address"));
}

TEST_CASE("every address comes back from its print", "[dgram]") {
    test::check_property("of IPv6, and what it maps",
                         [](const std::array<std::uint8_t, 16>& raw, std::uint32_t scope) {
                             Address address{.bytes = raw};
                             if (!address.is_v4()) address.scope = scope & 0x7fffffff;
                             const auto again = Address::parse(print(address));
                             RC_ASSERT(again.has_value());
                             RC_ASSERT(*again == address);
                         });
    test::check_property("of IPv4",
                         [](std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
                             const Address address = Address::v4(a, b, c, d);
                             RC_ASSERT(Address::parse(print(address)).value() == address);
                         });
}

TEST_CASE("kinds of addresses are told apart at their edges", "[dgram]") {
    const auto kind = [](const char* text) {
        const Address address = read(text);
        std::string kinds;
        if (address.is_unspecified()) kinds += " unspecified";
        if (address.is_loopback()) kinds += " loopback";
        if (address.is_multicast()) kinds += " multicast";
        if (address.is_link_local()) kinds += " link-local";
        if (address.is_private()) kinds += " private";
        return kinds;
    };
    for (const char* const text : {"0.0.0.0", "::"})
        CHECK(kind(text) == " unspecified");
    for (const char* const text : {"127.0.0.1", "127.255.255.255", "::1"})
        CHECK(kind(text) == " loopback");
    for (const char* const text :
         {"224.0.0.0", "239.255.255.255", "255.255.255.255", "ff00::", "ff02::1"})
        CHECK(kind(text) == " multicast");
    for (const char* const text : {"169.254.0.0", "169.254.255.255", "fe80::1", "febf:ffff::"})
        CHECK(kind(text) == " link-local private");
    for (const char* const text : {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
                                   "192.168.0.0", "192.168.255.255", "fc00::", "fdff:ffff::1"})
        CHECK(kind(text) == " private");
    for (const char* const text :
         {"0.0.0.1",    "9.255.255.255",   "11.0.0.0",    "126.255.255.255",
          "128.0.0.0",  "169.253.255.255", "169.255.0.0", "172.15.255.255",
          "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255",
          "240.0.0.0",  "255.255.255.254", "::2",         "100::1",
          "fbff::1",    "fe00::1",         "fe7f::1",     "fec0::1",
          "2001:db8::1"})
        CHECK(kind(text).empty());
}

TEST_CASE("endpoints are printed so that they can be read back", "[dgram]") {
    CHECK(print(Endpoint{Address::v4(198, 51, 100, 1), 6711}) == "198.51.100.1:6711");
    CHECK(print(Endpoint{read("2001:db8::1"), 6711}) == "[2001:db8::1]:6711");
    CHECK(print(Endpoint{read("fe80::1%3"), 1}) == "[fe80::1%3]:1");
    CHECK(split("[fe80::1%3]:1") == "fe80::1%3|1");
}

TEST_CASE("endpoints have an order, so that they can be keys", "[dgram]") {
    const Endpoint low{Address::v4(10, 0, 0, 1), 2};
    CHECK(low < Endpoint{Address::v4(10, 0, 0, 1), 3});
    CHECK(low < Endpoint{Address::v4(10, 0, 0, 2), 1});
    CHECK(low == Endpoint{Address::v4(10, 0, 0, 1), 2});
}

TEST_CASE("a host and a port are split where they can be", "[dgram]") {
    CHECK(split("") == "|-");
    CHECK(split("host") == "host|-");
    CHECK(split("host:7000") == "host|7000");
    CHECK(split("host:") == "host|-");
    CHECK(split(":7000") == "|7000");
    CHECK(split(":") == "|-");
    CHECK(split("198.51.100.1:1") == "198.51.100.1|1");
    CHECK(split("2001:db8::1") == "2001:db8::1|-");
    CHECK(split("::1") == "::1|-");
    CHECK(split("[::1]") == "::1|-");
    CHECK(split("[::1]:") == "::1|-");
    CHECK(split("[::1]:65535") == "::1|65535");
    CHECK(split("[host]:7000") == "host|7000");
    CHECK(split("[]:7000") == "|7000");
    CHECK(split(":0", 0) == "|0");
}

TEST_CASE("what cannot be split says why", "[dgram]") {
    const auto why = [](std::string_view text, std::uint16_t lowest = 1) {
        const auto parts = split_host_port(text, lowest);
        REQUIRE(!parts.has_value());
        return parts.error().what();
    };
    CHECK(why("[::1") == "'[::1' lacks a ']'");
    CHECK(why("[::1]7000") == "'[::1]7000' has something other than :PORT after the ']'");
    CHECK(why("host:http") == "'http' is not a port from 1 to 65535");
    CHECK(why("host:0") == "'0' is not a port from 1 to 65535");
    CHECK(why("host:65536") == "'65536' is not a port from 1 to 65535");
    CHECK(why("host:-1", 0) == "'-1' is not a port from 0 to 65535");
    CHECK(why("host:80x") == "'80x' is not a port from 1 to 65535");
    CHECK(why("host:99999999999") == "'99999999999' is not a port from 1 to 65535");
    CHECK(why("[\x1b[31m").find('\x1b') == std::string::npos);
    CHECK(why("h:\x1b[31m").find('\x1b') == std::string::npos);
}
