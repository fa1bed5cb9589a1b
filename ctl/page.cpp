#include "ctl/page.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

std::string row(std::string_view name, std::vector<std::string> pieces, std::string_view gap) {
    pieces.front().insert(0, std::string(page_margin, ' ') + left(name, page_names));
    return flow(pieces, gap, page_margin + page_names) + '\n';
}

std::string headline(std::string_view host, const dgram::Endpoint& server,
                     const std::vector<std::string>& pieces, const Style& style) {
    const std::string_view dot = glyphs(style).dot;
    std::vector<std::string> words;
    if (host != dgram::print(server.address))
        words.push_back(painted(style, Ink::bold, escaped(host, page_width)));
    words.push_back(painted(style, Ink::bold, dgram::print(server)));
    words.push_back(fmt::format("{} UDP/IPv{}", dot, server.address.is_v4() ? 4 : 6));
    for (const std::string& piece : pieces)
        words.push_back(fmt::format("{} {}", dot, piece));
    return flow(words, " ", page_margin) + '\n';
}

} // namespace wyn::ctl
