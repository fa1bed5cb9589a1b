// The pieces that pages for people are made of: headlines, and rows with a name.
#pragma once

#include "ctl/style.hpp"
#include "dgram/address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wyn::ctl {

// Blanks at the beginning of each line, and columns of the names in front of rows.
inline constexpr std::size_t page_margin = 2;
inline constexpr std::size_t page_names = 12;

// "  NAME        piece   piece\n": pieces that do not fit go on below the first one. At least one.
std::string row(std::string_view name, std::vector<std::string> pieces, std::string_view gap);

// "fra1.example.net [2001:db8:41::7]:6711 · UDP/IPv6 · piece · piece\n"; the name is left out when
// it is the address.
std::string headline(std::string_view host, const dgram::Endpoint& server,
                     const std::vector<std::string>& pieces, const Style& style);

} // namespace wyn::ctl
