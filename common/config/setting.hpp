// One KEY=VALUE of a command line, as a source of a configuration.
#pragma once

#include "base/error.hpp"
#include "config/source.hpp"

#include <string_view>

namespace wyn::config {

// `setting` is KEY=VALUE with VALUE in TOML; `option` is what brought it ("--set"), for messages.
// Fails when it is not one TOML assignment; a word without quotes is answered with the quoted form.
// Whether the key exists and takes the value is for the Reader.
Result<Source> source_of_setting(std::string_view option, std::string_view setting);

} // namespace wyn::config
