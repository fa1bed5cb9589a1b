// RapidCheck's properties as checks of a Catch2 test.
#pragma once

#include "check.hpp"

#include <rapidcheck.h>

#include <string>
#include <utility>

namespace wyn::test {

// Tries `property` (its arguments are drawn; RC_ASSERT inside) a hundred times. On failure
// RapidCheck has printed the smallest counterexample and how to repeat it on stderr.
template <typename Property>
void check_property(const std::string& what, Property&& property) {
    INFO(what);
    const bool holds = rc::check(what, std::forward<Property>(property));
    CHECK(holds);
}

} // namespace wyn::test
