// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Synchronization
import Testing

@testable import CajalTensor

/// y = f(x) element by element, with its derivative.
private func mapped(
  _ x: Tensor, _ f: (Float) -> Float, _ derivative: @escaping @Sendable (Float) -> Float
) -> Tensor {
  let plain = x.detached
  return Tensor(x.array.map(f), shape: x.shape).derived(from: [x]) { cotangent, _ in
    let slopes = plain.array.map(derivative)
    let values = cotangent.array.enumerated().map { $0.element * slopes[$0.offset % slopes.count] }
    return [Tensor(values, shape: cotangent.shape)]
  }
}

private func squared(_ x: Tensor) -> Tensor { mapped(x, { $0 * $0 }, { 2 * $0 }) }

struct TapeTests {
  @Test func `a plain tensor has no past`() {
    let x = Tensor([1, 2], shape: [2])
    #expect(!x.isTracked)
    #expect(!squared(x).isTracked)
  }

  @Test func `the chain rule holds along a chain`() {
    let x = Tensor([3], shape: [1]).tracked()
    let y = squared(squared(x))  // x⁴
    let found = pullBack([(y, Tensor([1], shape: [1, 1]))], to: [x])
    #expect(found[0]?.array == [108])
    #expect(found[0]?.shape == [1, 1])
  }

  @Test func `cotangents that arrive on two ways are added`() {
    let x = Tensor([3, -1], shape: [2]).tracked()
    let found = pullBack(
      [(squared(x), Tensor([1, 1], shape: [1, 2])), (x, Tensor([10, 20], shape: [1, 2]))], to: [x])
    #expect(found[0]?.array == [16, 18])
  }

  @Test func `a detached value passes nothing back`() {
    let x = Tensor([3], shape: [1]).tracked()
    #expect(!squared(x.detached).isTracked)
    let y = squared(squared(x).detached.tracked())
    #expect(pullBack([(y, Tensor([1], shape: [1, 1]))], to: [x])[0] == nil)
  }

  @Test func `a watched value keeps its cotangent and lets it flow on`() {
    let kept = Mutex<[Float]>([])
    let x = Tensor([3], shape: [1]).tracked()
    let middle = squared(x).watched { cotangent in kept.withLock { $0 = cotangent.array } }
    let found = pullBack([(squared(middle), Tensor([1], shape: [1, 1]))], to: [x])
    #expect(kept.withLock { $0 } == [18])
    #expect(found[0]?.array == [108])
  }

  @Test func `watching begins the tracking of a plain value`() {
    let kept = Mutex<[Float]>([])
    let x = Tensor([3], shape: [1]).watched { cotangent in kept.withLock { $0 = cotangent.array } }
    pullBack([(squared(x), Tensor([1], shape: [1, 1]))])
    #expect(kept.withLock { $0 } == [6])
  }

  @Test func `several cotangents travel at once`() {
    let x = Tensor([3, 5], shape: [2]).tracked()
    let found = pullBack([(squared(x), Tensor([1, 0, 0, 1, 2, 3], shape: [3, 2]))], to: [x])
    #expect(found[0]?.array == [6, 0, 0, 10, 12, 30])
  }

  @Test func `rows and other shapes are differentiable`() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]).tracked()
    let y = squared(x).rows(1..<2).reshaped(2)
    let found = pullBack([(y, Tensor([1, 10, 100, 1000], shape: [2, 2]))], to: [x])
    #expect(found[0]?.array == [0, 0, 6, 80, 0, 0, 0, 0, 600, 8000, 0, 0])
  }

  @Test func `a long chain is released without recursion`() {
    var x = Tensor([1], shape: [1]).tracked()
    for _ in 0..<200_000 { x = x.reshaped(1) }
    #expect(x.isTracked)
  }

  @Test func `a pull-back that releases frees the values on the way`() {
    final class Token: Sendable {}
    weak var seen: Token?
    let x = Tensor([3], shape: [1]).tracked()
    var y = squared(x)
    do {
      let token = Token()
      seen = token
      y = y.derived(from: [y]) { cotangent, _ in
        withExtendedLifetime(token) {}
        return [cotangent]
      }
    }
    #expect(seen != nil)
    pullBack([(y, Tensor([1], shape: [1, 1]))], releasing: true)
    #expect(seen == nil)
    #expect(y.isTracked)
  }

  @Test func `a tracked value is not written in place, nor pulled through when released`() async {
    await #expect(processExitsWith: .failure) {
      var x = Tensor([3], shape: [1]).tracked()
      x.withMutableFloats { $0[0] = 1 }
    }
    await #expect(processExitsWith: .failure) {
      let y = Tensor([3], shape: [1]).tracked().reshaped(1, 1)
      pullBack([(y, Tensor([1], shape: [1, 1, 1]))], releasing: true)
      pullBack([(y, Tensor([1], shape: [1, 1, 1]))])
    }
  }
}
