#pragma once

#include <string>

namespace millrace {

/// Numbers as Java's Formatter prints them: from the shortest digits that mean the double, halves away from zero, so that
/// `%.2f` of 0.125 is 0.13. Without a sign. Requires: finite.

/// `123.46`, as %f with so many digits after the point.
std::string fixed_text(double value, int precision);
/// `1.23e+02`, as %e; the exponent has two digits at least.
std::string scientific_text(double value, int precision);

}  // namespace millrace
