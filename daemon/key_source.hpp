// Where the clients' keys come from: a file, or a credential of the service manager.
#pragma once

#include "crypto/keys.hpp"

#include <string>

namespace wyn::daemon {

// `key_file` is the configuration's: a path, "credential:NAME" for what LoadCredential= of the
// service has under that name, or "" for no keys. Errors name the file and what is wrong with it.
Result<crypto::Keyring> read_keys(const std::string& key_file);

} // namespace wyn::daemon
