// Whole texts as golden files in tests/golden, so that a change of what a user reads is seen as a
// change of a page. With WYN_WRITE_GOLDEN=1 in the environment a test writes its files instead:
//
//     WYN_WRITE_GOLDEN=1 build/tests/unit/unit-ctl && git diff tests/golden
#pragma once

#include <string>

namespace wyn::golden {

// Fails the test when the file tests/golden/`name` is not there, or holds another text.
void check_text(const std::string& name, const std::string& text);

} // namespace wyn::golden
