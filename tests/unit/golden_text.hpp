// Whole texts as golden files in tests/golden, so that a change of what a user reads is seen as a
// change of a page. With WYN_WRITE_GOLDEN=1 in the environment a test writes its files instead:
//
//     WYN_WRITE_GOLDEN=1 build/tests/unit/unit-ctl && git diff tests/golden
#pragma once

#include "check.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace wyn::golden {

inline void check_text(const std::string& name, const std::string& text) {
    const std::string path = WYN_SOURCE_ROOT "/tests/golden/" + name;
    if (std::getenv("WYN_WRITE_GOLDEN") != nullptr) {
        std::ofstream{path, std::ios::binary} << text;
        return;
    }
    std::ifstream file{path, std::ios::binary};
    INFO(path);
    REQUIRE(file);
    CHECK(text == std::string(std::istreambuf_iterator<char>{file}, {}));
}

} // namespace wyn::golden
