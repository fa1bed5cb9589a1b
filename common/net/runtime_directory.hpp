// Where the daemon's control socket is when nobody has said otherwise.
#pragma once

#include <string>

namespace wyn::net {

// /run/wyndrvr/io.wyndrvr for root and for a service with a runtime directory, else
// $XDG_RUNTIME_DIR/wyndrvr/io.wyndrvr; empty when there is no such directory.
std::string default_control_socket();

// Where a client looks: there when there is something, else at the socket of the system's daemon,
// which members of its group may ask.
std::string control_socket_to_ask();

// Makes the directory that `path` lies in, for everybody to enter; no error: what comes next fails
// with a better one.
void make_directory_of(const std::string& path);

} // namespace wyn::net
