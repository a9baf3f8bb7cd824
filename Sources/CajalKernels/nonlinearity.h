// SPDX-License-Identifier: Apache-2.0
// The nonlinearities of language models, sixteen numbers at a time, for one processor variant;
// shared by activation.c and activation_gradient.c.

/// Φ(-|x|), and e^(-x²/2) in `power`. Beyond 15 both are those of 15, which are 0 in float.
/// Φ(-a) = e^(-a²/2) · erfcx(a / √2) / 2; the second factor is t · P(t) with t = 1 / (1 + 0.3 a), P of
/// degree 9 fitted by weighted least squares to scipy's erfcx (relative error 3.5e-9 up to a = 14.5).
INLINE f32x16 V(gaussian_tail)(f32x16 x, f32x16 *power) {
  f32x16 a = (f32x16)((i32x16)x & 0x7fffffff);
  // Beyond 15 the tail is 0 in float, and the square would overflow.
  a = V(choose)(a > 15.0f, V(splat)(15.0f), a);
  f32x16 t = 1.0f / V(fma)(a, V(splat)(0.3f), V(splat)(1.0f));
  f32x16 p = V(splat)(-0.020623552033888024f);
  p = V(fma)(p, t, V(splat)(0.11243606238773246f));
  p = V(fma)(p, t, V(splat)(-0.2282146508391568f));
  p = V(fma)(p, t, V(splat)(0.19178592546149653f));
  p = V(fma)(p, t, V(splat)(-0.07942463534341505f));
  p = V(fma)(p, t, V(splat)(0.09615743761437244f));
  p = V(fma)(p, t, V(splat)(0.07838944448940185f));
  p = V(fma)(p, t, V(splat)(0.11023546758146809f));
  p = V(fma)(p, t, V(splat)(0.11957180889087377f));
  p = V(fma)(p, t, V(splat)(0.119686690061231f));
  // The rounding error of the square would be multiplied by it; with fused multiply-add it is known.
  f32x16 half = a * 0.5f;
  f32x16 square = half * a;
  f32x16 error = V(fma)(half, a, -square);
  f32x16 e = V(exp_bounded)(-square);
  *power = V(fma)(-error, e, e);
  return (p * t) * *power;
}

/// x · Φ(x), error below 5 ulp for both signs (8 where the tail is subnormal, 3 + x² without fused
/// multiply-add): no difference of nearly equal numbers is taken.
INLINE f32x16 V(gelu_exact)(f32x16 x) {
  f32x16 power, tail = V(gaussian_tail)(x, &power);
  return x * V(choose)(x > 0, 1.0f - tail, tail);
}

/// e^(-|argument|): the exponential that sigmoids of both signs are made of without overflow.
INLINE f32x16 V(exp_minus_size)(f32x16 argument) {
  return V(exp_bounded)((f32x16)((i32x16)argument | (i32x16)V(splat)(-0.0f)));
}

/// x / (1 + e^(-argument)), error below 4 ulp besides the argument's own: for negative arguments
/// x · e^argument / (1 + e^argument), so that nothing overflows and tails stay exact. `e` is
/// e^(-|argument|).
INLINE f32x16 V(sigmoid_times)(f32x16 x, f32x16 argument, f32x16 e) {
  return V(choose)(argument < 0, x * e, x) / (1.0f + e);
}

/// The argument of the sigmoid that stands for the tanh of GELU: x/2 · (1 + tanh u) = x / (1 + e^(-2u)),
/// u = √(2/π) (x + 0.044715 x³); the argument 2u is rounded three times, which costs up to 2 |2u| ulp.
INLINE f32x16 V(gelu_argument)(f32x16 x) {
  f32x16 cubic = V(fma)(x * x, V(splat)(0.044715f), V(splat)(1.0f));
  return (x * 1.5957691216057308f) * cubic;
}

INLINE f32x16 V(activation)(const int activation, f32x16 x) {
  const f32x16 zero = {0};
  switch (activation) {
    case CAJAL_GELU_EXACT: return V(gelu_exact)(x);
    case CAJAL_GELU_TANH: {
      f32x16 argument = V(gelu_argument)(x);
      return V(sigmoid_times)(x, argument, V(exp_minus_size)(argument));
    }
    // A NaN stays one, so that a broken run shows.
    case CAJAL_RELU: return V(choose)(x < 0, zero, x);
    case CAJAL_RELU_SQUARED: {
      f32x16 positive = V(choose)(x < 0, zero, x);
      return positive * positive;
    }
    case CAJAL_SILU: return V(sigmoid_times)(x, x, V(exp_minus_size)(x));
    case CAJAL_QUICK_GELU: {
      f32x16 argument = x * 1.702f;
      return V(sigmoid_times)(x, argument, V(exp_minus_size)(argument));
    }
    case CAJAL_TANH: return V(tanh)(x);
    case CAJAL_SIGMOID: return V(sigmoid_times)(V(splat)(1.0f), x, V(exp_minus_size)(x));
    case CAJAL_EXPONENTIAL: return V(exp)(x);
    default: return x;
  }
}
