#include "wire/message.hpp"

#include <algorithm>

namespace wyn::wire {

namespace {

bool is_graphic(char letter) {
    return letter > ' ' && letter < 0x7f;
}

} // namespace

ReleaseBytes release_from(std::string_view text) {
    ReleaseBytes release{};
    const auto used = text.substr(0, release.size());
    std::ranges::transform(used, release.begin(), [](char letter) {
        return static_cast<std::uint8_t>(is_graphic(letter) ? letter : '?');
    });
    return release;
}

std::string_view text_of(const ReleaseBytes& release) {
    const auto* const end = std::ranges::find(release, std::uint8_t{0});
    return {reinterpret_cast<const char*>(release.data()),
            static_cast<std::size_t>(end - release.begin())};
}

std::string_view name(Direction direction) {
    return direction == Direction::up ? "up" : "down";
}

std::string_view name(Search search) {
    switch (search) {
    case Search::fixed: return "fixed";
    case Search::type_b: return "b";
    case Search::unpaced: return "unpaced";
    case Search::type_c: return "c";
    case Search::s3: return "s3";
    }
    return "unknown";
}

bool Extensions::add(std::uint16_t type, std::span<const std::uint8_t> value, std::size_t room) {
    std::size_t count = 0;
    bool repeated = false;
    for_each([&](std::uint16_t other) {
        ++count;
        repeated = repeated || other == type;
    });
    const std::size_t needed = 4 + value.size();
    if (repeated || count == most_extensions || bytes + needed > std::min(room, raw.size()))
        return false;
    auto at = raw.begin() + bytes;
    for (const std::size_t number : {std::size_t{type}, value.size()}) {
        *at++ = static_cast<std::uint8_t>(number >> 8);
        *at++ = static_cast<std::uint8_t>(number);
    }
    std::copy(value.begin(), value.end(), at);
    bytes = static_cast<std::uint16_t>(bytes + needed);
    return true;
}

std::uint16_t Extensions::first_critical() const {
    std::uint16_t found = 0;
    for_each([&](std::uint16_t type) {
        if (found == 0 && (type & 0x8000) != 0) found = type;
    });
    return found;
}

} // namespace wyn::wire
