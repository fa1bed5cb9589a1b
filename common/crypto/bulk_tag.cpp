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

void exclusive_or(std::uint8_t* into, const std::uint8_t* other) {
    std::array<std::uint64_t, 2> left{};
    std::array<std::uint64_t, 2> right{};
    std::memcpy(left.data(), into, block);
    std::memcpy(right.data(), other, block);
    left[0] ^= right[0];
    left[1] ^= right[1];
    std::memcpy(into, left.data(), block);
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
    WYN_CHECK(EVP_EncryptUpdate(context_.get(), blocks.data(), &written, blocks.data(), length) ==
                  1 &&
              written == length);
}

void BulkTagger::compute(Bytes train, std::size_t segment, std::size_t count, Blocks& macs) {
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(&macs[i * block], &train[i * segment], block);
    encrypt(macs, count);
    for (std::size_t i = 0; i < count; ++i)
        exclusive_or(&macs[i * block], &train[i * segment + block]);
    encrypt(macs, count);
}

void BulkTagger::tag(std::span<std::uint8_t> train, std::size_t segment) {
    const std::size_t count = taggable(train.size(), segment);
    WYN_CHECK(count == (train.size() + segment - 1) / segment);
    Blocks macs;
    compute(train, segment, count, macs);
    for (std::size_t i = 0; i < count; ++i)
        std::memcpy(&train[i * segment + tagged_bytes], &macs[i * block], bulk_tag_bytes);
}

std::bitset<longest_train> BulkTagger::verify(Bytes train, std::size_t segment) {
    std::bitset<longest_train> right;
    const std::size_t count = taggable(train.size(), segment);
    if (count == 0) return right;
    Blocks macs;
    compute(train, segment, count, macs);
    for (std::size_t i = 0; i < count; ++i)
        right[i] = same(Bytes{&macs[i * block], bulk_tag_bytes},
                        train.subspan(i * segment + tagged_bytes, bulk_tag_bytes));
    return right;
}

} // namespace wyn::crypto
