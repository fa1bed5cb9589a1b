// Where clients and operators come in: the sockets that the service manager has handed us, sorted.
// What it has not, the server opens itself.
#pragma once

#include "net/fd.hpp"
#include "rt/service_manager.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::daemon {

// The names that the units and we use for them (FileDescriptorName=, FDNAME=).
namespace entrance {
inline constexpr std::string_view listen = "listen";   // the listening UDP socket
inline constexpr std::string_view control = "control"; // the control socket, listening
inline constexpr std::string_view port = "port";       // a client's UDP port
inline constexpr std::string_view kept = "kept";       // our own listening socket of an earlier run
} // namespace entrance

struct Entrances {
    net::Fd listen;
    net::Fd control;
    net::Fd kept;
    std::map<std::uint16_t, net::Fd> ports; // by number
};

// Those that bear another name are known by what they are: a UDP socket is the listening one, a
// Unix stream socket that of control. Errors: two of what there is one of, and sockets that are
// nothing of this; the sentence names them.
Result<Entrances> sort_entrances(std::vector<rt::InheritedSocket> sockets);

} // namespace wyn::daemon
