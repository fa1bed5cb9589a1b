// The main of tests that build network devices: the whole program runs in a network namespace of
// its own, empty at first, which goes with it.
#include "catch_runner.hpp"

#include <sched.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
    constexpr int skipped = 77;
    if (::unshare(CLONE_NEWNET) != 0) {
        std::printf("skipped: no network namespace: %s\n", std::strerror(errno));
        return skipped;
    }
    // As the tests do it, for them to say only what went wrong with what they are about.
    if (std::system("ip link set lo up && ip link add wyna type veth peer name wynb && "
                    "ip link delete wyna && tc qdisc show dev lo >/dev/null") != 0) {
        std::printf("skipped: no ip and tc (iproute2), or no devices of type veth\n");
        return skipped;
    }
    return wyn::test::run_tests(argc, argv);
}
