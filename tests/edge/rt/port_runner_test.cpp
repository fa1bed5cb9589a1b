#include "check.hpp"
#include "rt/port_runner.hpp"

using namespace wyn;
using rt::may_nap_in_load;

TEST_CASE("a port naps in a load only with a buffer that holds what comes in a nap", "[rt]") {
    const std::uint64_t of_linux = 212'992; // what an unprivileged program is granted
    const dgram::Capabilities small{.receive_buffer_bytes = 2 * of_linux};
    const dgram::Capabilities large{.receive_buffer_bytes = 8 * 1024 * 1024};
    CHECK_FALSE(may_nap_in_load({}, small));
    CHECK(may_nap_in_load({}, large));
    CHECK_FALSE(may_nap_in_load({.incoming_blocking_level = 0us}, large));
    CHECK_FALSE(may_nap_in_load({.incoming_blocking_level = 49us}, large));
    CHECK(may_nap_in_load({.incoming_blocking_level = 50us}, large));
}
