// The main of tests that need nothing before they run.
#include "catch_runner.hpp"

int main(int argc, char** argv) {
    return wyn::test::run_tests(argc, argv);
}
