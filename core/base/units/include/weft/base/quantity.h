// Physical quantities as types. A value is kept in SI (seconds, bytes, operations, joules, metres);
// its dimension is part of its type, so that a bandwidth cannot be added to a power.
#pragma once

#include <cmath>
#include <compare>

namespace weft::base {

// Exponents of the base dimensions: time [s], data [byte], work [arithmetic operation, FLOP or OP],
// energy [J], length [m].
struct Dimension {
  int time = 0;
  int data = 0;
  int work = 0;
  int energy = 0;
  int length = 0;
  friend constexpr bool operator==(const Dimension&, const Dimension&) = default;
};

// A double tagged with its dimension. Costs nothing at run time.
template <int kTime, int kData = 0, int kWork = 0, int kEnergy = 0, int kLength = 0>
class Quantity {
 public:
  static constexpr Dimension kDimension{kTime, kData, kWork, kEnergy, kLength};

  constexpr Quantity() = default;
  constexpr explicit Quantity(double si) : si_(si) {}

  // The value in SI units of this dimension (s, byte, FLOP, J, m and their products).
  [[nodiscard]] constexpr double si() const { return si_; }

  constexpr Quantity& operator+=(Quantity other) {
    si_ += other.si_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    si_ -= other.si_;
    return *this;
  }
  constexpr Quantity& operator*=(double factor) {
    si_ *= factor;
    return *this;
  }

  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.si_ + b.si_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.si_ - b.si_); }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.si_); }
  friend constexpr Quantity operator*(Quantity a, double b) { return Quantity(a.si_ * b); }
  friend constexpr Quantity operator*(double a, Quantity b) { return Quantity(a * b.si_); }
  friend constexpr Quantity operator/(Quantity a, double b) { return Quantity(a.si_ / b); }
  friend constexpr auto operator<=>(const Quantity&,
                                    const Quantity&) = default;  // NOLINT(modernize-use-nullptr)

 private:
  double si_ = 0.0;
};

namespace detail {
// A dimensionless result decays to a plain double.
template <int T, int D, int W, int E, int L>
constexpr auto make_quantity(double si) {
  if constexpr (T == 0 && D == 0 && W == 0 && E == 0 && L == 0) {
    return si;
  } else {
    return Quantity<T, D, W, E, L>(si);
  }
}
}  // namespace detail

template <int T1, int D1, int W1, int E1, int L1, int T2, int D2, int W2, int E2, int L2>
constexpr auto operator*(Quantity<T1, D1, W1, E1, L1> a, Quantity<T2, D2, W2, E2, L2> b) {
  return detail::make_quantity<T1 + T2, D1 + D2, W1 + W2, E1 + E2, L1 + L2>(a.si() * b.si());
}

template <int T1, int D1, int W1, int E1, int L1, int T2, int D2, int W2, int E2, int L2>
constexpr auto operator/(Quantity<T1, D1, W1, E1, L1> a, Quantity<T2, D2, W2, E2, L2> b) {
  return detail::make_quantity<T1 - T2, D1 - D2, W1 - W2, E1 - E2, L1 - L2>(a.si() / b.si());
}

template <int T, int D, int W, int E, int L>
constexpr auto operator/(double a, Quantity<T, D, W, E, L> b) {
  return detail::make_quantity<-T, -D, -W, -E, -L>(a / b.si());
}

template <int T, int D, int W, int E, int L>
bool is_finite(Quantity<T, D, W, E, L> q) {
  return std::isfinite(q.si());
}

using Time = Quantity<1>;                       // s
using Rate = Quantity<-1>;                      // 1/s: hazards (FIT), clocks
using Bytes = Quantity<0, 1>;                   // byte
using Bandwidth = Quantity<-1, 1>;              // byte/s, per direction per device
using Work = Quantity<0, 0, 1>;                 // FLOP or OP
using WorkRate = Quantity<-1, 0, 1>;            // FLOP/s or OP/s
using Energy = Quantity<0, 0, 0, 1>;            // J
using Power = Quantity<-1, 0, 0, 1>;            // W
using EnergyPerWork = Quantity<0, 0, -1, 1>;    // J/FLOP
using EnergyPerByte = Quantity<0, -1, 0, 1>;    // J/byte
using BytesPerWork = Quantity<0, 1, -1>;        // byte/FLOP
using Length = Quantity<0, 0, 0, 0, 1>;         // m
using Area = Quantity<0, 0, 0, 0, 2>;           // m²
using ArealDensity = Quantity<0, 0, 0, 0, -2>;  // 1/m², D0

inline constexpr Time kSecond{1.0};
inline constexpr Time kMicrosecond{1e-6};
inline constexpr Time kHour{3600.0};
inline constexpr Time kDay{86400.0};
inline constexpr Time kWeek{7 * 86400.0};
inline constexpr Time kYear{8760 * 3600.0};  // 8760 h, as AFR and FIT count it
inline constexpr Bytes kByte{1.0};
inline constexpr Work kFlop{1.0};
inline constexpr Power kWatt{1.0};
inline constexpr Energy kJoule{1.0};
inline constexpr Energy kKilowattHour{3.6e6};
inline constexpr Rate kFit{1e-9 / 3600.0};  // one failure in 10⁹ device-hours

}  // namespace weft::base
