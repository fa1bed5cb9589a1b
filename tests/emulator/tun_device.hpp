// A TUN device: what a host routes into it is read as IP packets, and what is written comes out of
// it there (Documentation/networking/tuntap.rst).
#pragma once

#include "emulator/ip_packet.hpp"
#include "net/fd.hpp"

#include <string>

namespace wyn::emulator {

class TunDevice {
public:
    // Makes a device `name` in the network namespace of that file (/run/netns/NAME). It is there as
    // long as this object. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN. This thread stays where it is.
    static Result<TunDevice> make(const std::string& namespace_file, const std::string& name);

    int descriptor() const { return fd_.get(); }
    // The next packet that the host sends, into `buffer`; nothing when there is none now.
    std::optional<Bytes> read(Bytes buffer);
    // Into the host. False: it did not take it.
    bool write(ConstBytes packet);

private:
    explicit TunDevice(net::Fd fd) : fd_{std::move(fd)} {}

    net::Fd fd_;
};

} // namespace wyn::emulator
