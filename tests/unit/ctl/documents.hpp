// Every JSON text that the tests of this folder make is held to its schema: with the folder that
// WYN_KEEP_JSON names they keep them as files, and tests/golden/documents_test.py reads those.
#pragma once

#include <string>

namespace wyn::test {

// `schema` is "result", "lines", "latency", "latency-lines", "status", "sessions" or "log", as in
// the name of its file: wyndrvr.result-1.json.
void keep_document(const std::string& schema, const std::string& text);

} // namespace wyn::test
