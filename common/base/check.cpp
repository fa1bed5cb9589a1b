#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace wyn {

void check_failed(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "wyndrvr: internal error: %s does not hold (%s:%d)\n", expression, file,
                 line);
    std::abort();
}

} // namespace wyn
