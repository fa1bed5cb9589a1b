#include "check.hpp"
#include "daemon/admission.hpp"

using namespace wyn;
using namespace wyn::daemon;

namespace {

const dgram::Address own = dgram::Address::v4(192, 168, 1, 7);
const dgram::Address stranger = dgram::Address::v4(198, 51, 100, 7);

dgram::Address v6(const char* text) {
    return REQUIRE_OK(dgram::Address::parse(text));
}

// A table with sessions of these addresses, all of them open.
class Table {
public:
    Table& with(const dgram::Address& address, std::size_t count = 1, bool open = true,
                BitRate reserved = BitRate{0}) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t id = ++newest_;
            SessionEntry entry{.id = id, .client = {address, 40000}, .reserved = reserved};
            entry.nonce[0] = static_cast<std::uint8_t>(id);
            entry.nonce[1] = static_cast<std::uint8_t>(id >> 8);
            entry.open = open;
            sessions.add(std::move(entry));
        }
        return *this;
    }
    SessionTable sessions;

private:
    std::uint64_t newest_ = 0;
};

Granted granted(const Applicant& applicant, const AdmissionLimits& limits,
                const SessionTable& sessions) {
    const auto decision = admit(applicant, limits, sessions);
    REQUIRE(std::holds_alternative<Granted>(decision));
    return std::get<Granted>(decision);
}
Refused refused(const Applicant& applicant, const AdmissionLimits& limits,
                const SessionTable& sessions) {
    const auto decision = admit(applicant, limits, sessions);
    REQUIRE(std::holds_alternative<Refused>(decision));
    return std::get<Refused>(decision);
}
bool is_admitted(const Applicant& applicant, const AdmissionLimits& limits,
                 const SessionTable& sessions = {}) {
    return std::holds_alternative<Granted>(admit(applicant, limits, sessions));
}

} // namespace

TEST_CASE("without limits everybody on the own network has any rate", "[daemon]") {
    for (const char* const address : {"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.0.1",
                                      "169.254.1.1", "fe80::1%2", "fd00::1"}) {
        INFO(address);
        const Granted grant = granted({.address = v6(address)}, {}, {});
        CHECK(grant.max_rate == BitRate{0});
        CHECK(grant.reserved == BitRate{0});
    }
}

TEST_CASE("a global address needs a key, until strangers have a budget", "[daemon]") {
    for (const char* const address : {"198.51.100.7", "8.8.8.8", "172.32.0.1", "2001:db8::1"}) {
        INFO(address);
        CHECK(refused({.address = v6(address)}, {}, {}).code == wire::Refusal::anonymous);
        CHECK(is_admitted({.address = v6(address), .anonymous = false}, {}));
        CHECK(is_admitted({.address = v6(address)}, {.max_total_rate = BitRate{10'000'000}}));
    }
}

TEST_CASE("require_key wants a key from the own network too", "[daemon]") {
    const AdmissionLimits limits{.max_total_rate = BitRate{10'000'000}, .require_key = true};
    CHECK(refused({.address = own}, limits, {}).code == wire::Refusal::anonymous);
    CHECK(refused({.address = stranger}, limits, {}).code == wire::Refusal::anonymous);
    CHECK(is_admitted({.address = own, .anonymous = false}, limits));
}

TEST_CASE("the table is full at its limit and not before", "[daemon]") {
    Table table;
    const AdmissionLimits limits{.max_sessions = 4, .max_sessions_per_address = 100};
    table.with(own, 3);
    CHECK(is_admitted({.address = own}, limits, table.sessions));
    table.with(own);
    const Refused refusal = refused({.address = own}, limits, table.sessions);
    CHECK(refusal.code == wire::Refusal::busy);
    CHECK(refusal.have == 4);
    CHECK(refusal.limit == 4);
}

TEST_CASE("half of the table may be half-open, and one always", "[daemon]") {
    Table table;
    const AdmissionLimits limits{.max_sessions = 7, .max_sessions_per_address = 100};
    table.with(own, 2, false).with(own, 3);
    CHECK(is_admitted({.address = own}, limits, table.sessions));
    table.with(own, 1, false);
    const Refused refusal = refused({.address = own}, limits, table.sessions);
    CHECK(refusal.code == wire::Refusal::busy);
    CHECK(refusal.have == 3);
    CHECK(refusal.limit == 3);
    CHECK(is_admitted({.address = own}, {.max_sessions = 1}));
}

TEST_CASE("an address has its share and no more", "[daemon]") {
    Table table;
    const AdmissionLimits limits{.max_sessions_per_address = 2};
    table.with(own, 1);
    CHECK(is_admitted({.address = own}, limits, table.sessions));
    table.with(own);
    const Refused refusal = refused({.address = own}, limits, table.sessions);
    CHECK(refusal.code == wire::Refusal::per_address);
    CHECK(refusal.have == 2);
    CHECK(refusal.limit == 2);
    CHECK(is_admitted({.address = dgram::Address::v4(192, 168, 1, 8)}, limits, table.sessions));
}

TEST_CASE("who has an IPv6 /64 has one share for all of it", "[daemon]") {
    Table table;
    const AdmissionLimits limits{.max_sessions_per_address = 1};
    table.with(v6("fd00:0:0:1::1"));
    CHECK(refused({.address = v6("fd00:0:0:1:ffff::2")}, limits, table.sessions).code ==
          wire::Refusal::per_address);
    CHECK(is_admitted({.address = v6("fd00:0:0:2::1")}, limits, table.sessions));
}

TEST_CASE("a rate limit is granted as it is", "[daemon]") {
    const AdmissionLimits limits{.max_rate = BitRate{100'000'000}};
    CHECK(granted({.address = own}, limits, {}).max_rate == BitRate{100'000'000});
    CHECK(granted({.address = own, .wish = BitRate{5'000'000}}, limits, {}).max_rate ==
          BitRate{100'000'000});
    CHECK(granted({.address = own}, limits, {}).reserved == BitRate{0});
}

TEST_CASE("a budget is reserved by wishes and used up", "[daemon]") {
    const AdmissionLimits limits{.max_total_rate = BitRate{100'000'000}};
    Table table;
    SECTION("a fixed wish is granted whole") {
        const Granted grant = granted({.address = own, .wish = BitRate{60'000'000}}, limits, {});
        CHECK(grant.max_rate == BitRate{60'000'000});
        CHECK(grant.reserved == BitRate{60'000'000});
    }
    SECTION("to its last bit") {
        table.with(own, 1, true, BitRate{40'000'000});
        CHECK(granted({.address = own, .wish = BitRate{60'000'000}}, limits, table.sessions)
                  .reserved == BitRate{60'000'000});
    }
    SECTION("or not at all") {
        table.with(own, 1, true, BitRate{40'000'001});
        const Refused refusal =
            refused({.address = own, .wish = BitRate{60'000'000}}, limits, table.sessions);
        CHECK(refusal.code == wire::Refusal::rate_budget);
        CHECK(refusal.have == 59'999'999);
        CHECK(refusal.limit == 100'000'000);
    }
    SECTION("a search takes what is left") {
        table.with(own, 1, true, BitRate{40'000'000});
        const Granted grant = granted({.address = own}, limits, table.sessions);
        CHECK(grant.max_rate == BitRate{60'000'000});
        CHECK(grant.reserved == BitRate{60'000'000});
    }
    SECTION("down to a megabit") {
        table.with(own, 1, true, BitRate{99'000'000});
        CHECK(is_admitted({.address = own}, limits, table.sessions));
        table.with(own, 1, true, BitRate{1});
        CHECK(refused({.address = own}, limits, table.sessions).code == wire::Refusal::rate_budget);
    }
    SECTION("a budget below a megabit is given whole, once") {
        const AdmissionLimits small{.max_total_rate = BitRate{100'000}};
        CHECK(granted({.address = own}, small, {}).reserved == BitRate{100'000});
        table.with(own, 1, true, BitRate{100'000});
        CHECK_FALSE(is_admitted({.address = own}, small, table.sessions));
    }
    SECTION("the limit of a session bounds what it reserves") {
        AdmissionLimits both = limits;
        both.max_rate = BitRate{30'000'000};
        const Granted grant = granted({.address = own}, both, {});
        CHECK(grant.max_rate == BitRate{30'000'000});
        CHECK(grant.reserved == BitRate{30'000'000});
        CHECK(granted({.address = own, .wish = BitRate{50'000'000}}, both, {}).reserved ==
              BitRate{30'000'000});
        CHECK(granted({.address = own, .wish = BitRate{5'000'000}}, both, {}).reserved ==
              BitRate{5'000'000});
    }
    SECTION("a table that has promised more than there is gives nothing") {
        table.with(own, 1, true, BitRate{200'000'000});
        CHECK(refused({.address = own}, limits, table.sessions).have == 0);
    }
}

TEST_CASE("refused clients are told to come back at different times", "[daemon]") {
    SeededRandom random{1};
    std::uint32_t lowest = 10'000;
    std::uint32_t highest = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint32_t ms = retry_after_ms(5s, random);
        lowest = std::min(lowest, ms);
        highest = std::max(highest, ms);
    }
    CHECK(lowest >= 5000);
    CHECK(lowest < 5050);
    CHECK(highest < 6250);
    CHECK(highest > 6200);
}
