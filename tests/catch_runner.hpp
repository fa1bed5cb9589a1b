// Runs the tests that are linked into this program, as its command line says: for a main of our
// own. Catch2's code is compiled once, and not with each of them.
#pragma once

namespace wyn::test {

// The exit status.
int run_tests(int argc, char** argv);

} // namespace wyn::test
