// What travels down a link: an order to a port or to a connection. The first one says which of the
// two the worker is.
#pragma once

#include "session/connection_link.hpp"

namespace wyn::rt {

using WorkerOrder = std::variant<session::PortOrder, session::ConnectionOrder>;
static_assert(std::is_trivially_copyable_v<WorkerOrder>);

} // namespace wyn::rt
