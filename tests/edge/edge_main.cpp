// The main of tests that start their own program again as a worker.
#include "catch_runner.hpp"
#include "crypto/primitives.hpp"
#include "rt/test_worker.hpp"

#include <string_view>

int main(int argc, char** argv) {
    if (!wyn::crypto::self_test()) return 1; // first of all, as the programs do
    if (argc == 2 && std::string_view{argv[1]} == "--worker") return wyn::edge::run_test_worker();
    return wyn::test::run_tests(argc, argv);
}
