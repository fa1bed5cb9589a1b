#include "cli/exit.hpp"

#include <fmt/format.h>

namespace wyn::cli {

Exit usage_error(std::string_view program, std::string_view sentence) {
    return {wrong_usage, fmt::format("{}: {}; see {} --help\n", program, sentence, program)};
}

} // namespace wyn::cli
