// Catch2 for our tests: Debian 12 has version 2, later releases have version 3.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx; // in version 2 it is there without that
#else
#include <catch2/catch.hpp>
#endif

#include "base/error.hpp"

// The value of a Result that the test expects to be there; fails with its sentence otherwise.
#define REQUIRE_OK(expression)                                                                     \
    ([&] {                                                                                         \
        auto result_ = (expression);                                                               \
        INFO((result_ ? std::string{} : result_.error().what()));                                  \
        REQUIRE(result_.has_value());                                                              \
        return std::move(*result_);                                                                \
    }())
