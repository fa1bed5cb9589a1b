// What callers of the control socket can see of the daemon and do with it.
#pragma once

#include "config/source.hpp"
#include "settings/server_config.hpp"
#include "status/model.hpp"

#include <cstdint>
#include <expected>

namespace wyn::daemon {

using Reloaded = status::Reloaded;

class Operations {
public:
    virtual ~Operations() = default;

    virtual status::Status status() const = 0;
    // Reads the configuration again. With problems nothing has changed.
    virtual std::expected<Reloaded, config::Problems> reload() = 0;
    // Newcomers are refused while this is on.
    virtual void drain(bool on) = 0;
    // For the user with this number. The client is told. False when there is no such session.
    virtual bool end_session(std::uint64_t id, std::uint32_t uid) = 0;
    virtual void set_log_level(settings::LogLevel level) = 0;
};

} // namespace wyn::daemon
