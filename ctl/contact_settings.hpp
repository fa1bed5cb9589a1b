// From what the command line says of the network to what a first contact needs: names resolved, the
// key read, the device found.
#pragma once

#include "ctl/contact.hpp"

#include <expected>
#include <string>

namespace wyn::ctl {

std::expected<Contact::Settings, Failure>
contact_settings(const NetworkOptions& options, const session::ClientHandshake::Wishes& wishes);

// This host has no way, or lets nobody go it, to any address of the server.
Failure no_way_out(const Error& error);

// "fra1.example.net 198.51.100.7:6711", or the address alone when it was given.
std::string target_of(const std::string& host, const dgram::Endpoint& server);

} // namespace wyn::ctl
