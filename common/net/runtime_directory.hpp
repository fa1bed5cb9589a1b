// Where the daemon's control socket is when nobody has said otherwise.
#pragma once

#include <string>

namespace wyn::net {

// /run/wyndrvr/io.wyndrvr for root and for a service with a runtime directory, else
// $XDG_RUNTIME_DIR/wyndrvr/io.wyndrvr; empty when there is no such directory. Daemon and client ask
// the same question.
std::string default_control_socket();

// Makes the directory that `path` lies in, for everybody to enter; no error: what comes next fails
// with a better one.
void make_directory_of(const std::string& path);

} // namespace wyn::net
