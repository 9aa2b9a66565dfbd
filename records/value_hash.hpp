#pragma once

#include "records/column.hpp"

namespace millrace {

/// 128 bits, equal for values that group as equal (ValueForm::Key); two others have the same ones
/// with a chance of 2^-128. The same in every process. Requires: the row is not NULL.
Int128 hash_of_value(const Column& column, std::size_t row);

}  // namespace millrace
