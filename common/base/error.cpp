#include "base/error.hpp"

#include <fmt/format.h>

namespace wyn {

Error::Error(std::string what)
    : code_{std::make_error_code(std::errc::invalid_argument)}, what_{std::move(what)} {}

Error Error::from_errno(int number, std::string_view doing) {
    const std::error_code code{number, std::generic_category()};
    return {code, fmt::format("{}: {}", doing, code.message())};
}

Error Error::in(std::string_view doing) && {
    return {code_, fmt::format("{}: {}", doing, what_)};
}

std::unexpected<Error> fail(std::string what) {
    return std::unexpected{Error{std::move(what)}};
}

std::unexpected<Error> fail_errno(int number, std::string_view doing) {
    return std::unexpected{Error::from_errno(number, doing)};
}

} // namespace wyn
