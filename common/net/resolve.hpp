// Host names and addresses as the user types them, turned into endpoints.
#pragma once

#include "dgram/address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wyn::net {

enum class Family : std::uint8_t { any, v4, v6 };

// Every address of `host` in the resolver's order (RFC 6724), each once; never empty. `host` is a
// name, an address, or a link-local address with a zone ("fe80::1%eth0", "fe80::1%3"). May wait for
// the network for as long as the resolver does: for command lines, not for loops. Errors read
// "cannot resolve 'nowhere.example': Name or service not known".
Result<std::vector<dgram::Endpoint>> resolve(const std::string& host, std::uint16_t port,
                                             Family family);

} // namespace wyn::net
