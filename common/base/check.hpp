// WYN_CHECK: an assumption about our own code that must hold in every build. Never on input.
#pragma once

namespace wyn {

// Prints the broken assumption and its place on stderr and aborts.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

} // namespace wyn

#define WYN_CHECK(expression)                                                                      \
    (static_cast<bool>(expression) ? static_cast<void>(0)                                          \
                                   : ::wyn::check_failed(#expression, __FILE__, __LINE__))
