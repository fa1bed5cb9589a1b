// The counters that are read from the text of /proc.
// Promise: any text gives counters or nothing, and what it gives can be reckoned with.
#include "net/proc_counters.hpp"

#include "fuzz/target.hpp"

using namespace wyn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    static_cast<void>(net::udp_counter(text, "RcvbufErrors"));
    static_cast<void>(net::snmp6_counter(text, "Udp6RcvbufErrors"));
    static_cast<void>(net::softnet_counters(text));
    static_cast<void>(net::ns_without_cpu(text));
    const auto times = net::cpu_times(text);
    if (times) WYN_CHECK(times->each.size() <= 65536);
    return 0;
}
