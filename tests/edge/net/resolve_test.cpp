#include "check.hpp"
#include "net/resolve.hpp"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>

using namespace wyn;
using dgram::Address;
using dgram::Endpoint;
using net::Family;
using net::resolve;

TEST_CASE("an address resolves to itself", "[net]") {
    const auto v4 = REQUIRE_OK(resolve("198.51.100.7", 6711, Family::any));
    CHECK(v4 == std::vector{Endpoint{Address::v4(198, 51, 100, 7), 6711}});
    const auto v6 = REQUIRE_OK(resolve("2001:db8::7", 6711, Family::v6));
    CHECK(v6 == std::vector{Endpoint{REQUIRE_OK(Address::parse("2001:db8::7")), 6711}});
}

TEST_CASE("an address of the other family is refused", "[net]") {
    const auto v6 = resolve("::1", 1, Family::v4);
    REQUIRE_FALSE(v6);
    CHECK(v6.error().what() == "cannot resolve '::1': it is an IPv6 address and IPv4 is asked for");
    const auto v4 = resolve("127.0.0.1", 1, Family::v6);
    REQUIRE_FALSE(v4);
    CHECK(v4.error().what() ==
          "cannot resolve '127.0.0.1': it is an IPv4 address and IPv6 is asked for");
}

TEST_CASE("the zone of a link-local address may be a name or a number", "[net]") {
    const unsigned index = ::if_nametoindex("lo");
    REQUIRE(index > 0);
    const auto expected =
        std::vector{Endpoint{REQUIRE_OK(Address::parse(fmt::format("fe80::1%{}", index))), 9}};
    CHECK(REQUIRE_OK(resolve("fe80::1%lo", 9, Family::any)) == expected);
    CHECK(REQUIRE_OK(resolve(fmt::format("fe80::1%{}", index), 9, Family::v6)) == expected);

    const auto unknown = resolve("fe80::1%nosuch0", 9, Family::any);
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().what() ==
          "cannot resolve 'fe80::1%nosuch0': no network interface is called 'nosuch0'");
    const auto pointless = resolve("127.0.0.1%lo", 9, Family::any);
    REQUIRE_FALSE(pointless);
    CHECK(pointless.error().what() ==
          "cannot resolve '127.0.0.1%lo': only an IPv6 address can have a zone");
}

TEST_CASE("a name resolves to each of its addresses once, of the wanted family", "[net]") {
    const auto found = REQUIRE_OK(resolve("localhost", 6711, Family::v4));
    CHECK(std::ranges::find(found, Endpoint{Address::v4(127, 0, 0, 1), 6711}) != found.end());
    for (const Endpoint& endpoint : found) {
        CHECK(endpoint.address.is_v4());
        CHECK(std::ranges::count(found, endpoint) == 1);
    }
}

TEST_CASE("a name that cannot exist is refused with the resolver's reason", "[net]") {
    const auto missing = resolve("not a\nname", 1, Family::any); // never asked of the network
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what().starts_with("cannot resolve 'not a\\x0aname': "));
    CHECK(missing.error().what().size() > std::string{"cannot resolve 'not a\\x0aname': "}.size());
}
