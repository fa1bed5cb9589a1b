#include "unit/golden_text.hpp"

#include "check.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace wyn::golden {

void check_text(const std::string& name, const std::string& text) {
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
