#include "unit/ctl/documents.hpp"

#include "check.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

namespace wyn::test {

void keep_document(const std::string& schema, const std::string& text) {
    const char* const folder = std::getenv("WYN_KEEP_JSON");
    if (folder == nullptr) return;
    static int count = 0;
    std::ofstream file{fmt::format("{}/{}-{}", folder, schema, ++count), std::ios::binary};
    file << text << '\n';
    REQUIRE(file);
}

} // namespace wyn::test
