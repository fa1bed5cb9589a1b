#include "wire/received_map.hpp"

#include <algorithm>

namespace wyn::wire {

namespace {

constexpr unsigned bits_per_byte = 7; // of a length
constexpr std::uint8_t more = 0x80;
constexpr std::size_t longest_length = 5; // bytes: 35 bits hold every count of 32-bit numbers

} // namespace

std::optional<Stretch> StretchReader::next() {
    if (left_ == 0 || !sound_) return std::nullopt;
    const bool has_bits = map_.form == MapForm::bits;
    const bool came = has_bits ? place_ < 8U * map_.length && bit(place_) : came_;
    const std::uint64_t count = has_bits ? count_bits() : read_length();
    if (count == 0) return std::nullopt;
    if (count > left_) sound_ = false;
    if (!sound_) return std::nullopt;
    const auto highest = static_cast<std::uint32_t>(left_ - 1);
    left_ -= count;
    came_ = !came_;
    return Stretch{.highest = highest, .count = count, .came = came};
}

std::uint64_t StretchReader::count_bits() {
    const std::size_t end = std::min<std::uint64_t>(8U * map_.length, place_ + left_);
    const std::size_t begin = place_;
    while (place_ < end && bit(place_) == bit(begin))
        ++place_;
    return place_ - begin;
}

// 0: there is none.
std::uint64_t StretchReader::read_length() {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < longest_length; ++i) {
        if (place_ == map_.length) {
            sound_ = i == 0; // cut off in the midst of a length
            return 0;
        }
        const std::uint8_t byte = map_.bytes[place_++];
        length |= static_cast<std::uint64_t>(byte & (more - 1)) << bits_per_byte * i;
        if ((byte & more) == 0) return length;
    }
    sound_ = false;
    return 0;
}

bool StretchWriter::add(std::uint64_t count) {
    std::array<std::uint8_t, longest_length> bytes{};
    std::size_t size = 0;
    for (; size < longest_length; count >>= bits_per_byte) {
        const bool goes_on = count >> bits_per_byte != 0;
        bytes[size++] = static_cast<std::uint8_t>((count & (more - 1U)) | (goes_on ? more : 0U));
        if (!goes_on) break;
    }
    if (size > map_.length - place_) return false;
    std::copy_n(bytes.begin(), size, map_.bytes.begin() + static_cast<std::ptrdiff_t>(place_));
    place_ += size;
    return true;
}

} // namespace wyn::wire
