// What went wrong outside our control, and the type every fallible function returns.
//
// Three kinds of trouble, three means: our own bugs end in WYN_CHECK; the world's failures travel
// as Result<T> and gain words on their way up until main prints them once; conditions that a caller
// must tell apart are a small enum in that function's signature and never leave its caller.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <system_error>

namespace wyn {

// A code for the caller that can act on it, and for the human a sentence that grows outwards:
// "cannot start: bind 0.0.0.0:6711: Address already in use".
class [[nodiscard]] Error {
public:
    Error(std::error_code code, std::string what) : code_{code}, what_{std::move(what)} {}
    // An error that no caller tells apart from others: words only, code EINVAL.
    explicit Error(std::string what);

    // `number` is an errno value; `doing` names the call and its object, as in "bind [::]:6711".
    static Error from_errno(int number, std::string_view doing);

    // The same error seen from one level further out: "<doing>: <what>".
    Error in(std::string_view doing) &&;

    const std::error_code& code() const noexcept { return code_; }
    // True when the code is this errno value.
    bool is(std::errc condition) const noexcept { return code_ == condition; }
    const std::string& what() const noexcept { return what_; }

private:
    std::error_code code_;
    std::string what_;
};

template <typename T>
using Result = std::expected<T, Error>;

// `return fail("no such key");`
std::unexpected<Error> fail(std::string what);
// `return fail_errno(errno, "socket");`
std::unexpected<Error> fail_errno(int number, std::string_view doing);

// Passes the error of a finished result on, with what we were doing:
// `if (!fd) return pass_on(fd, "cannot open the listening socket");`
template <typename T>
std::unexpected<Error> pass_on(Result<T>& result, std::string_view doing) {
    return std::unexpected{std::move(result.error()).in(doing)};
}
template <typename T>
std::unexpected<Error> pass_on(Result<T>& result) {
    return std::unexpected{std::move(result.error())};
}

} // namespace wyn
