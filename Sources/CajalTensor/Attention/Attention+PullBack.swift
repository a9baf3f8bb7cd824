// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// The vector-Jacobian products of the three steps and of all at once.
///
/// Cotangents are `[C] + shape` of what they belong to. Prefixes are constants. The whole has the
/// bits of the steps, because both run the same blocks.
extension Attention {
  /// From the cotangent of `fused` to those of query, key and value.
  func pullBackFused(
    _ operands: (query: Tensor, key: Tensor, value: Tensor), _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let sizes = sizes(operands.query, key: operands.key, value: operands.value)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let queries = wanted[0] ? gradient.ofQueries() : nil
    let keys = wanted[1] ? gradient.ofPositions(sizes.width) : nil
    let values = wanted[2] ? gradient.ofPositions(sizes.valueWidth) : nil
    withBases(operands.query, operands.key, operands.value, cotangent) { query, key, value, given in
      gradient.forEachTask { task, place in
        task.attention.prefix = prefix(place.sequence, place.group)
        task.attention.query = query + gradient.query(place, ofOne: true)
        task.key = key + gradient.fresh(place, sizes.width)
        task.value = value + gradient.fresh(place, sizes.valueWidth)
        task.cotangent = given + gradient.output(place)
        task.query_gradient = queries?.base.map { $0 + gradient.query(place) }
        task.key_gradient = keys?.base.map { $0 + gradient.position(place, sizes.width) }
        task.value_gradient = values?.base.map { $0 + gradient.position(place, sizes.valueWidth) }
        precondition(cajal_attention_gradient_fused(&task), "no memory for attention")
      }
    }
    return [queries?.tensor, keys.map(gradient.sum), values.map(gradient.sum)]
  }

  /// From the cotangent of `mix` to those of pattern and value.
  func pullBackMix(
    _ pattern: Tensor, _ value: Tensor, _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let sizes = sizes(pattern: pattern, value: value)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let patterns = wanted[0] ? gradient.ofPattern() : nil
    let values = wanted[1] ? gradient.ofPositions(sizes.valueWidth) : nil
    withBases(pattern, value, cotangent, cotangent) { pattern, value, given, _ in
      gradient.forEachTask { task, place in
        task.attention.prefix = prefix(place.sequence, place.group)
        task.attention.pattern = pattern + gradient.row(place)
        task.value = value + gradient.fresh(place, sizes.valueWidth)
        task.cotangent = given + gradient.output(place)
        task.pattern_gradient = patterns?.base.map { $0 + gradient.pattern(place) }
        task.value_gradient = values?.base.map { $0 + gradient.position(place, sizes.valueWidth) }
        precondition(cajal_attention_gradient_mix(&task), "no memory for attention")
      }
    }
    return [patterns?.tensor, values.map(gradient.sum)]
  }

  /// From the cotangent of `pattern` to that of the scores; reads the pattern.
  func pullBackPattern(_ pattern: Tensor, _ cotangent: Tensor) -> Tensor {
    let sizes = sizes(scores: pattern)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let scores = gradient.ofPattern()
    withBases(pattern, cotangent, cotangent, cotangent) { pattern, given, _, _ in
      gradient.forEachTask { task, place in
        task.attention.pattern = pattern + gradient.row(place)
        task.cotangent = given + gradient.pattern(place)
        task.pattern_gradient = scores.base.map { $0 + gradient.pattern(place) }
        cajal_attention_gradient_pattern(&task)
      }
    }
    return scores.tensor
  }

  /// From the cotangent of `scores` to those of query and key; reads the scores, which it gets where
  /// they are capped.
  func pullBackScores(
    _ query: Tensor, _ key: Tensor, scores: Tensor?, _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let sizes = sizes(query, key: key, value: nil)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let queries = wanted[0] ? gradient.ofQueries() : nil
    let keys = wanted[1] ? gradient.ofPositions(sizes.width) : nil
    withBases(query, key, cotangent, scores ?? cotangent) { query, key, given, scores in
      gradient.forEachTask { task, place in
        task.attention.prefix = prefix(place.sequence, place.group)
        task.attention.query = query + gradient.query(place, ofOne: true)
        task.attention.pattern = scores + gradient.row(place)
        task.key = key + gradient.fresh(place, sizes.width)
        task.cotangent = given + gradient.pattern(place)
        task.query_gradient = queries?.base.map { $0 + gradient.query(place) }
        task.key_gradient = keys?.base.map { $0 + gradient.position(place, sizes.width) }
        precondition(cajal_attention_gradient_scores(&task), "no memory for attention")
      }
    }
    return [queries?.tensor, keys.map(gradient.sum)]
  }
}

/// Host memory of four tensors; nothing is called when there is none.
private func withBases(
  _ a: Tensor, _ b: Tensor, _ c: Tensor, _ d: Tensor,
  _ body: (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
  ) -> Void
) {
  a.withFloats { a in
    b.withFloats { b in
      c.withFloats { c in
        d.withFloats { d in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress,
            let d = d.baseAddress
          else { return }
          body(a, b, c, d)
        }
      }
    }
  }
}
