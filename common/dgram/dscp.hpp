// The mark of a datagram's class in its IP header, six bits (RFC 2474), by number or by name.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wyn::dgram {

// Reads "46", "EF", "af41", "CS1": 0 to 63, or a name of the IANA registry in any letter case: CS0
// to CS7 (RFC 2474), AF11 to AF43 (RFC 2597), EF (RFC 3246), VA (RFC 5865), LE (RFC 8622). Errors
// name the text and show valid ones.
Result<std::uint8_t> parse_dscp(std::string_view text);

// "EF"; a value without a name as its number.
std::string print_dscp(std::uint8_t dscp);

} // namespace wyn::dgram
