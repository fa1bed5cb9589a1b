#include "check.hpp"
#include "session/cookie.hpp"

using namespace wyn;
using session::CookieJar;
using wire::Drop;

namespace {

const dgram::Endpoint client{dgram::Address::v4(192, 0, 2, 1), 40000};
const dgram::Endpoint local{dgram::Address::v4(192, 0, 2, 9), 6711};
const wire::Nonce nonce{1, 2, 3};
constexpr Duration bucket = 16s;
constexpr MonoTime begin{1000 * bucket};

} // namespace

TEST_CASE("a cookie is good for the rest of its bucket and the whole next one", "[session]") {
    SeededRandom random{1};
    CookieJar jar{random, begin};
    const MonoTime given = begin + 15s;
    const wire::CookieBytes cookie = jar.make(given, client, local, nonce);
    CHECK_FALSE(jar.check(given, cookie, client, local, nonce).has_value());
    CHECK_FALSE(jar.check(begin + bucket, cookie, client, local, nonce).has_value());
    CHECK_FALSE(jar.check(begin + 2 * bucket - 1ns, cookie, client, local, nonce).has_value());
    CHECK(jar.check(begin + 2 * bucket, cookie, client, local, nonce) == Drop::cookie_stale);
    // 256 buckets later its one byte is that of a fresh one.
    CHECK(jar.check(given + 256 * bucket, cookie, client, local, nonce) == Drop::cookie_bad);
}

TEST_CASE("a cookie is good for one address, port, nonce and local address", "[session]") {
    SeededRandom random{1};
    CookieJar jar{random, begin};
    const wire::CookieBytes cookie = jar.make(begin, client, local, nonce);
    const auto is_bad = [&](const dgram::Endpoint& from, const dgram::Endpoint& to,
                            const wire::Nonce& with) {
        return jar.check(begin, cookie, from, to, with) == Drop::cookie_bad;
    };
    CHECK_FALSE(is_bad(client, local, nonce));
    CHECK(is_bad({client.address, 40001}, local, nonce));
    CHECK(is_bad({dgram::Address::v4(192, 0, 2, 2), 40000}, local, nonce));
    dgram::Endpoint other_scope = client;
    other_scope.address.scope = 3;
    CHECK(is_bad(other_scope, local, nonce));
    CHECK(is_bad(client, {dgram::Address::v4(192, 0, 2, 8), 6711}, nonce));
    CHECK(is_bad(client, {local.address, 6712}, nonce));
    CHECK(is_bad(client, local, wire::Nonce{1, 2, 4}));
}

TEST_CASE("no bit of a cookie may differ", "[session]") {
    SeededRandom random{1};
    CookieJar jar{random, begin};
    const wire::CookieBytes cookie = jar.make(begin, client, local, nonce);
    for (std::size_t bit = 0; bit < cookie.size() * 8; ++bit) {
        wire::CookieBytes wrong = cookie;
        wrong[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        INFO(bit);
        CHECK(jar.check(begin, wrong, client, local, nonce) == Drop::cookie_bad);
    }
}

TEST_CASE("a cookie is not all zeros, which means none", "[session]") {
    SeededRandom random{1};
    // Bucket 0 of a host that has just started, and a bucket whose byte is 0.
    for (const MonoTime now : {MonoTime{}, MonoTime{256 * bucket}}) {
        CookieJar jar{random, now};
        CHECK(jar.make(now, client, local, nonce) != wire::CookieBytes{});
    }
}

TEST_CASE("a host that has just started knows no earlier bucket", "[session]") {
    SeededRandom random{1};
    CookieJar jar{random, MonoTime{}};
    wire::CookieBytes cookie = jar.make(MonoTime{}, client, local, nonce);
    CHECK_FALSE(jar.check(MonoTime{}, cookie, client, local, nonce).has_value());
    cookie[0] = 255; // one bucket before the clock began
    CHECK(jar.check(MonoTime{}, cookie, client, local, nonce) == Drop::cookie_bad);
}

TEST_CASE("cookies from before a new secret stay good for their time", "[session]") {
    SeededRandom random{1};
    CookieJar jar{random, begin};
    const MonoTime last = begin + 24h - 1s;
    const wire::CookieBytes cookie = jar.make(last, client, local, nonce);
    const MonoTime renewed = begin + 24h + 2s;
    const wire::CookieBytes newer = jar.make(renewed, client, local, nonce);
    CHECK_FALSE(jar.check(renewed, cookie, client, local, nonce).has_value());
    CHECK_FALSE(jar.check(renewed, newer, client, local, nonce).has_value());
    CHECK(jar.check(renewed + 2 * bucket, cookie, client, local, nonce) == Drop::cookie_stale);
    CHECK(jar.check(renewed + 24h, cookie, client, local, nonce) == Drop::cookie_bad);
}

TEST_CASE("two servers give different cookies", "[session]") {
    SeededRandom one{1};
    SeededRandom other{2};
    CookieJar jar{one, begin};
    CookieJar stranger{other, begin};
    const wire::CookieBytes cookie = stranger.make(begin, client, local, nonce);
    CHECK(jar.check(begin, cookie, client, local, nonce) == Drop::cookie_bad);
}
