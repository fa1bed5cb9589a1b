#include "crypto/primitives.hpp"

#include "base/check.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <algorithm>
#include <numeric>

namespace wyn::crypto {

namespace {

// Null when OpenSSL does not offer the algorithm; self_test() has told so before it can matter.
MacContext new_mac(const char* algorithm) {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, algorithm, nullptr);
    MacContext context{mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac)};
    EVP_MAC_free(mac); // the context keeps its own reference
    return context;
}

bool start(EVP_MAC_CTX* context, Bytes key, std::size_t output_bytes) {
    const std::array params{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &output_bytes),
                            OSSL_PARAM_construct_end()};
    return context != nullptr && EVP_MAC_init(context, key.data(), key.size(), params.data()) == 1;
}

bool finish(EVP_MAC_CTX* context, std::initializer_list<Bytes> parts, std::span<std::uint8_t> out) {
    for (const Bytes part : parts)
        if (EVP_MAC_update(context, part.data(), part.size()) != 1) return false;
    std::size_t written = 0;
    return EVP_MAC_final(context, out.data(), &written, out.size()) == 1 && written == out.size();
}

bool compute_once(const char* algorithm, Bytes key, Bytes message, std::span<std::uint8_t> out) {
    const MacContext context = new_mac(algorithm);
    return start(context.get(), key, out.size()) && finish(context.get(), {message}, out);
}

template <std::size_t N>
std::array<std::uint8_t, N> counting() {
    std::array<std::uint8_t, N> bytes{};
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

} // namespace

Result<void> self_test() {
    // A thread that hangs is left behind, and may use OpenSSL while the process ends around it: so
    // nothing is taken down at exit. The first use of OpenSSL decides about that.
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr) != 1)
        return fail("OpenSSL on this host does not start");
    // BLAKE2b-512 of nothing under the key 00..3f: first line of the reference implementation's
    // known answers. SipHash-2-4-128 of 00..0e under 00..0f: the 16th of its authors' 64 vectors.
    static constexpr std::array<std::uint8_t, 8> blake2b_begins{0x10, 0xeb, 0xb6, 0x77,
                                                                0x00, 0xb1, 0x86, 0x8e};
    static constexpr Tag128 siphash_is{0x54, 0x93, 0xe9, 0x99, 0x33, 0xb0, 0xa8, 0x11,
                                       0x7e, 0x08, 0xec, 0x0f, 0x97, 0xcf, 0xc3, 0xd9};
    std::array<std::uint8_t, 64> hash{};
    if (!compute_once("BLAKE2BMAC", counting<64>(), {}, hash) ||
        !std::equal(blake2b_begins.begin(), blake2b_begins.end(), hash.begin()))
        return fail("OpenSSL on this host does not offer BLAKE2b, which the protocol needs");
    Tag128 tag{};
    if (!compute_once("SIPHASH", counting<16>(), counting<15>(), tag) || tag != siphash_is)
        return fail("OpenSSL on this host does not offer SipHash, which the protocol needs");
    return {};
}

Blake2b::Blake2b(Bytes key, std::size_t output_bytes) : context_{new_mac("BLAKE2BMAC")} {
    WYN_CHECK(start(context_.get(), key, output_bytes));
}

void Blake2b::compute(std::initializer_list<Bytes> parts, std::span<std::uint8_t> out) {
    // Without a key: the context starts again under the one it has.
    WYN_CHECK(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
    WYN_CHECK(finish(context_.get(), parts, out));
}

Tag128 Tagger::tag(std::initializer_list<Bytes> parts) {
    Tag128 tag{};
    hash_.compute(parts, tag);
    return tag;
}

bool Tagger::verify(std::initializer_list<Bytes> parts, const Tag128& given) {
    return same(tag(parts), given);
}

Key256 derive(const Key256& secret, std::string_view label) {
    Key256 key{};
    Blake2b{secret, key.size()}.compute(
        {Bytes{reinterpret_cast<const std::uint8_t*>(label.data()), label.size()}}, key);
    return key;
}

Tag128 siphash(const Key128& key, Bytes message) {
    Tag128 tag{};
    WYN_CHECK(compute_once("SIPHASH", key, message, tag));
    return tag;
}

bool same(Bytes left, Bytes right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

void wipe(std::span<std::uint8_t> secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
}

} // namespace wyn::crypto
