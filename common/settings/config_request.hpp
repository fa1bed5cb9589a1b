// What a command line says about the configuration, as a value.
#pragma once

#include "dgram/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wyn::settings {

struct ConfigRequest {
    // The only files that are read, in order (--config); none: those of the default places.
    std::vector<std::string> files;
    // --listen; what is not given comes from the configuration.
    std::optional<dgram::Address> listen_addr;
    std::optional<std::uint16_t> listen_port; // 0: the kernel chooses
    std::vector<std::string> settings;        // --set, in order: KEY=VALUE with VALUE in TOML
};

} // namespace wyn::settings
