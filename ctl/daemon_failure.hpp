// Why the daemon of this host did not do what it was asked, for people: one sentence, an exit
// status, and what to do. Pure.
#pragma once

#include "ctl/report.hpp"
#include "status/reply.hpp"

#include <expected>
#include <string_view>
#include <vector>

namespace wyn::ctl {

// There is no connection, or no longer. EACCES and EPERM are the socket's permissions.
Failure describe_unreachable(const Error& error);
// It answers, but we do not understand what.
Failure describe_misunderstanding(const Error& error);
// It refuses.
Failure describe_error(const status::ErrorReply& error);

// The one session whose name begins with `prefix`.
std::expected<status::Session, Failure> session_named(std::string_view prefix,
                                                      const std::vector<status::Session>& sessions);

} // namespace wyn::ctl
