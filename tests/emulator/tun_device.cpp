#include "emulator/tun_device.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace wyn::emulator {

namespace {

Result<net::Fd> open_file(const std::string& path, int flags) {
    return net::Fd::from_call(::open(path.c_str(), flags | O_CLOEXEC), "open(" + path + ")");
}

Result<void> enter(const net::Fd& network) {
    if (::setns(network.get(), CLONE_NEWNET) != 0) return fail_errno(errno, "setns");
    return {};
}

Result<net::Fd> make_here(const std::string& name) {
    auto fd = open_file("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (!fd) return pass_on(fd);
    ifreq request{};
    const std::size_t length = std::min<std::size_t>(name.size(), IFNAMSIZ - 1);
    std::copy_n(name.begin(), length, std::begin(request.ifr_name));
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (::ioctl(fd->get(), TUNSETIFF, &request) != 0) return fail_errno(errno, "TUNSETIFF " + name);
    return fd;
}

} // namespace

Result<TunDevice> TunDevice::make(const std::string& namespace_file, const std::string& name) {
    auto home = open_file("/proc/thread-self/ns/net", O_RDONLY);
    if (!home) return pass_on(home);
    auto there = open_file(namespace_file, O_RDONLY);
    if (!there) return pass_on(there);
    if (auto entered = enter(*there); !entered) return pass_on(entered);
    auto made = make_here(name);
    if (auto back = enter(*home); !back) return pass_on(back);
    if (!made) return pass_on(made);
    return TunDevice{std::move(*made)};
}

std::optional<Bytes> TunDevice::read(Bytes buffer) {
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got <= 0) return std::nullopt;
    return buffer.first(static_cast<std::size_t>(got));
}

bool TunDevice::write(ConstBytes packet) {
    return ::write(fd_.get(), packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
}

} // namespace wyn::emulator
