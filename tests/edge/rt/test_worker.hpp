// The worker that the tests of processes start: it does what the first message on its link says.
#pragma once

#include <cstdint>

namespace wyn::edge {

enum class Task : std::uint8_t {
    echo,          // sends every later order back until the end of file, then exits with 0
    exit_with,     // exits with `value`
    signal_itself, // raises the signal `value`
    describe_self, // answers with a Description
};

struct Order {
    Task task = Task::echo;
    std::int32_t value = 0;
};

// What a worker found itself born with.
struct Description {
    std::int32_t open_descriptors = 0; // the numbers below 1024 that are open
    std::int32_t highest_descriptor = 0;
    std::int32_t variables = 0;       // of the environment
    std::int32_t blocked_signals = 0; // of the 64
    bool ignores_interrupt = false, ignores_terminate = false, ignores_hang_up = false;
    bool link_closes_on_exec = false;
    bool standard_input_is_null = false, standard_output_is_null = false;
    char name[16] = {};
};

// The program's exit status.
int run_test_worker();

} // namespace wyn::edge
