// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Testing

struct KeysValuesTests {
  /// Keys [count, 2, 5] and values [count, 2, 19].
  private let keys = Philox.tensor(1, 200, 2, 5)
  private let values = Philox.tensor(2, 200, 2, 19)

  private func holding(_ ranges: Range<Int>...) -> KeysValues {
    var held = KeysValues(groups: 2, keyWidth: 5, valueWidth: 19)
    for range in ranges { held.append(keys: keys.rows(range), values: values.rows(range)) }
    return held
  }

  private func expect(
    _ held: KeysValues, _ rows: [Int], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(held.count == rows.count, sourceLocation: sourceLocation)
    let keys = rows.flatMap { self.keys.rows($0..<$0 + 1).array }
    let values = rows.flatMap { self.values.rows($0..<$0 + 1).array }
    #expect(held.keys.array == keys, sourceLocation: sourceLocation)
    #expect(held.values.array == values, sourceLocation: sourceLocation)
    #expect(held.keys.shape == [rows.count, 2, 5], sourceLocation: sourceLocation)
    #expect(held.values.shape == [rows.count, 2, 19], sourceLocation: sourceLocation)
  }

  @Test func `positions come back in order however they were appended`() {
    expect(holding(), [])
    expect(holding(0..<0), [])
    expect(holding(0..<1), [0])
    expect(holding(0..<200), Array(0..<200))
    expect(holding(0..<31, 31..<32, 32..<33, 33..<100, 100..<100, 100..<200), Array(0..<200))
    var oneByOne = holding()
    for row in 0..<130 {
      oneByOne.append(keys: keys.rows(row..<row + 1), values: values.rows(row..<row + 1))
    }
    expect(oneByOne, Array(0..<130))
  }

  @Test func `a copy stays as it was when another is appended to`() {
    let first = holding(0..<40)
    var (second, third) = (first, first)
    second.append(keys: keys.rows(50..<53), values: values.rows(50..<53))
    third.append(keys: keys.rows(60..<70), values: values.rows(60..<70))
    expect(first, Array(0..<40))
    expect(second, Array(0..<40) + Array(50..<53))
    expect(third, Array(0..<40) + Array(60..<70))
    let fourth = second
    second.append(keys: keys.rows(99..<100), values: values.rows(99..<100))
    expect(fourth, Array(0..<40) + Array(50..<53))
    expect(second, Array(0..<40) + Array(50..<53) + [99])
  }

  @Test func `a prefix is a view and goes its own way when appended to`() {
    let whole = holding(0..<40, 40..<70)
    for count in [0, 1, 32, 45, 70] {
      var prefix = whole.prefix(count)
      expect(prefix, Array(0..<count))
      expect(prefix.prefix(count / 2), Array(0..<count / 2))
      prefix.append(keys: keys.rows(150..<190), values: values.rows(150..<190))
      expect(prefix, Array(0..<count) + Array(150..<190))
      expect(whole, Array(0..<70))
    }
  }

  @Test func `a value that nobody shares is cut and written over in place`() {
    var held = holding(0..<40, 40..<70)
    held = held.prefix(10)
    held.append(keys: keys.rows(100..<105), values: values.rows(100..<105))
    expect(held, Array(0..<10) + Array(100..<105))
  }

  @Test func `copies grow at once on several threads`() async {
    let base = holding(0..<40)
    await withTaskGroup(of: (Int, KeysValues).self) { group in
      for task in 0..<8 {
        group.addTask {
          var copy = base
          for row in 0..<20 {
            let row = 40 + task * 20 + row
            copy.append(keys: keys.rows(row..<row + 1), values: values.rows(row..<row + 1))
          }
          return (task, copy)
        }
      }
      for await (task, copy) in group {
        expect(copy, Array(0..<40) + Array(40 + task * 20..<60 + task * 20))
      }
    }
  }
}
