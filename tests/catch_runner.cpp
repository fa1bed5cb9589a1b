// Catch2 version 2 compiles all of itself from the header; version 3 brings it as a library.
#include "catch_runner.hpp"

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int wyn::test::run_tests(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}
