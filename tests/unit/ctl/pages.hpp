// What every page for people keeps to.
#pragma once

#include "check.hpp"
#include "ctl/style.hpp"
#include "unit/lines.hpp"

#include <string_view>

namespace wyn::test {

// 80 columns, and no line ends in a blank.
inline void check_page(std::string_view text) {
    for (const std::string& line : lines_of(text)) {
        INFO(line);
        CHECK(ctl::columns(line) <= 80);
        CHECK(!line.ends_with(' '));
    }
}

} // namespace wyn::test
