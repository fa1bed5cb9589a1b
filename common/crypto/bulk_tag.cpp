#include "crypto/bulk_tag.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cstring>

namespace wyn::crypto {

namespace {

constexpr std::size_t block = 16;
constexpr std::size_t shortest = tagged_bytes + bulk_tag_bytes;

// Datagrams of the train that are long enough to carry a tag: all, or all but a short last one.
std::size_t taggable(std::size_t bytes, std::size_t segment) {
    if (segment < shortest) return 0;
    const std::size_t whole = bytes / segment;
    const std::size_t last = bytes % segment;
    return std::min(whole + (last >= shortest ? 1 : 0), longest_train);
}

} // namespace

BulkTagger::BulkTagger(const Key128& key) : context_{EVP_CIPHER_CTX_new()} {
    WYN_CHECK(context_ != nullptr);
    WYN_CHECK(EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) ==
              1);
    WYN_CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
}

void BulkTagger::encrypt(Blocks& blocks, std::size_t count) {
    int written = 0;
    const int length = static_cast<int>(count * block);
    auto* const bytes = reinterpret_cast<std::uint8_t*>(blocks.data());
    WYN_CHECK(EVP_EncryptUpdate(context_.get(), bytes, &written, bytes, length) == 1 &&
              written == length);
}

void BulkTagger::compute(Bytes train, std::size_t segment, std::size_t count, Blocks& macs) {
    const std::uint8_t* const headers = train.data();
    const Block shared = load(headers + block);
    std::uint64_t differences = 0;
    for (std::size_t i = 1; i < count; ++i) {
        const Block second = load(headers + i * segment + block);
        differences |= (second[0] ^ shared[0]) | (second[1] ^ shared[1]);
    }
    if (differences == 0) { // the datagrams left together
        macs[0] = shared;
        encrypt(macs, 1);
        for (std::size_t i = count; i-- > 0;) // the first one, which all need, last
            macs[i] = exclusive_or(macs[0], load(headers + i * segment));
    } else {
        for (std::size_t i = 0; i < count; ++i)
            macs[i] = load(headers + i * segment + block);
        encrypt(macs, count);
        for (std::size_t i = 0; i < count; ++i)
            macs[i] = exclusive_or(macs[i], load(headers + i * segment));
    }
    encrypt(macs, count);
}

void BulkTagger::tag(std::span<std::uint8_t> train, std::size_t segment) {
    const std::size_t count = taggable(train.size(), segment);
    WYN_CHECK(count == (train.size() + segment - 1) / segment);
    if (count == 0) return;
    Blocks macs;
    compute(train, segment, count, macs);
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(&train[i * segment + tagged_bytes], macs[i].data(), bulk_tag_bytes);
}

// One comparison of 64 bits takes the same time whichever of them differ. The result is gathered in
// a register: a bitset's own bits cost three times as much, words in memory a quarter more.
std::uint64_t BulkTagger::carry_their_tags(Bytes train, std::size_t segment, const Blocks& macs,
                                           std::size_t begin, std::size_t count) {
    static_assert(bulk_tag_bytes == sizeof(std::uint64_t));
    const std::uint8_t* tag = train.data() + begin * segment + tagged_bytes;
    const std::size_t end = std::min(begin + bits_at_once, count);
    std::uint64_t right = 0;
    for (std::size_t i = begin; i < end; ++i, tag += segment) {
        std::uint64_t carried = 0;
        std::memcpy(&carried, tag, bulk_tag_bytes);
        right |= std::uint64_t{carried == macs[i][0]} << (i - begin);
    }
    return right;
}

std::bitset<longest_train> BulkTagger::verify(Bytes train, std::size_t segment) {
    const std::size_t count = taggable(train.size(), segment);
    if (count == 0) return {};
    Blocks macs;
    compute(train, segment, count, macs);
    std::bitset<longest_train> right;
    for (std::size_t begin = 0; begin < count; begin += bits_at_once)
        right |= std::bitset<longest_train>{carry_their_tags(train, segment, macs, begin, count)}
                 << begin;
    return right;
}

} // namespace wyn::crypto
