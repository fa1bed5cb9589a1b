// The status and its parts as JSON values, for what puts them into messages.
#pragma once

#include "status/model.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace wyn::status {

nlohmann::json document_of(const Status& status);
nlohmann::json document_of(const Session& session);
// Throws an std::exception whose words name what is missing or of the wrong type.
Session session_of(const nlohmann::json& from);

// One line of JSON. Peer text and names of files may hold invalid UTF-8: replaced, never thrown
// about.
std::string written(const nlohmann::json& document);
// The same as a message, ended by its NUL.
std::string framed(const nlohmann::json& message);

// Text of a stranger: none when it is no JSON, or nested more deeply than a message may be.
std::optional<nlohmann::json> parse_shallow(std::string_view text);

} // namespace wyn::status
