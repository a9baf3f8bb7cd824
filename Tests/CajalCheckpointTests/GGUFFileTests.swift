// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

struct GGUFFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8]) throws -> GGUFFile {
    try GGUFFile(folder.write(bytes, "model.gguf"))
  }

  private func open(_ build: (inout GGUFBytes) -> Void) throws -> GGUFFile {
    var bytes = GGUFBytes()
    build(&bytes)
    return try open(bytes.file)
  }

  // MARK: Values

  @Test(arguments: [UInt32(2), 3]) func `every type of value is read`(version: UInt32) throws {
    let file = try open { file in
      file.version = version
      file.add("a.u8", .uint8, [200])
      file.add("a.i8", .int8, [0xFE])
      file.add("a.u16", .uint16, GGUFBytes.bytes(UInt16(65_000)))
      file.add("a.i16", .int16, GGUFBytes.bytes(Int16(-300)))
      file.add("a.u32", .uint32, GGUFBytes.bytes(UInt32.max))
      file.add("a.i32", .int32, GGUFBytes.bytes(Int32.min))
      file.add("a.f32", .float32, GGUFBytes.bytes(Float(0.1).bitPattern))
      file.add("a.bool", .bool, [1])
      file.add("a.string", .string, GGUFBytes.string("größer 🙂"))
      file.add("a.u64", .uint64, GGUFBytes.bytes(UInt64.max))
      file.add("a.i64", .int64, GGUFBytes.bytes(Int64.min))
      file.add("a.f64", .float64, GGUFBytes.bytes((1e300).bitPattern))
    }
    #expect(file.version == Int(version))
    #expect(file.keys.count == 12 && file.keys.first == "a.u8" && file.keys.last == "a.f64")
    #expect(file["a.u8"]?.integer == 200 && file["a.i8"]?.integer == -2)
    #expect(file["a.u16"]?.integer == 65_000 && file["a.i16"]?.integer == -300)
    #expect(file["a.u32"]?.integer == Int(UInt32.max) && file["a.i32"]?.integer == Int(Int32.min))
    #expect(file["a.f32"]?.number == Double(Float(0.1)) && file["a.f32"]?.integer == nil)
    #expect(file["a.bool"]?.bool == true && file["a.bool"]?.integer == nil)
    #expect(file["a.string"]?.string == "größer 🙂" && file["a.string"]?.number == nil)
    // A number beyond Int is a number and no whole one.
    #expect(file["a.u64"]?.integer == nil && file["a.u64"]?.number == Double(UInt64.max))
    #expect(file["a.i64"]?.integer == .min && file["a.f64"]?.number == 1e300)
    #expect(file["a.u8"]?.bool == nil && file["absent"] == nil)
    #expect(file.keys.compactMap { file[$0]?.type }.count == 12)
  }

  @Test func `arrays of numbers, truth values and texts are read`() throws {
    let file = try open { file in
      file.add("i", .array, GGUFBytes.array(.int32, [1, -2, 3].map { GGUFBytes.bytes(Int32($0)) }))
      file.add(
        "f", .array,
        GGUFBytes.array(.float32, [0.5, -1].map { GGUFBytes.bytes(Float($0).bitPattern) }))
      file.add("b", .array, GGUFBytes.array(.bool, [[1], [0]]))
      file.add(
        "s", .array, GGUFBytes.array(.string, [[], [0x61], [0xFF, 0xFE]].map(GGUFBytes.string)))
      file.add("none", .array, GGUFBytes.array(.string, []))
    }
    #expect(file["i"]?.array?.integers == [1, -2, 3] && file["i"]?.array?.elementType == .int32)
    #expect(file["f"]?.array?.numbers == [0.5, -1] && file["f"]?.array?.integers == nil)
    #expect(file["b"]?.array?.bools == [true, false] && file["b"]?.array?.strings == nil)
    #expect(file["s"]?.array?.strings == [[], [0x61], [0xFF, 0xFE]])
    #expect(file["none"]?.array?.strings == [] && file["none"]?.array?.count == 0)
    #expect(file["i"]?.integer == nil && file["i"]?.string == nil)
  }

  @Test func `arrays in arrays are read to eight levels and no deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      let level = GGUFBytes.bytes(GGUFBytes.Kind.array.rawValue) + GGUFBytes.bytes(UInt64(1))
      return Array(repeatElement(level, count: depth - 1).joined())
        + GGUFBytes.array(.uint8, [[7]])
    }
    var array = try open { $0.add("a", .array, nested(8)) }["a"]?.array
    for _ in 0..<7 { array = array?.arrays?.first }
    #expect(array?.integers == [7])
    expectRefusal(.malformed, "nests arrays of 'a' deeper than 8 levels") {
      try open { $0.add("a", .array, nested(9)) }
    }
    expectRefusal(.malformed, "deeper than 8") { try open { $0.add("a", .array, nested(100_000)) } }
  }

  // MARK: Tensors

  @Test func `what the file says of its tensors is read in its order`() throws {
    let file = try open { file in
      file.add("general.alignment", .uint32, GGUFBytes.bytes(UInt32(64)))
      file.alignment = 64
      file.addTensor("blk.0.q", [256, 2], type: 12, offset: 128)
      file.addTensor("norm", [10], type: 0, offset: 0)
      file.addTensor("scalar", [], type: 30, offset: 64)
      file.data = [UInt8](repeating: 0, count: 128 + 288)
    }
    #expect(file.alignment == 64 && file.dataOffset % 64 == 0)
    #expect(file.tensors.map(\.name) == ["blk.0.q", "norm", "scalar"])
    #expect(file.tensors[0].dimensions == [256, 2] && file.tensors[0].offset == 128)
    // Two blocks of 256 four-bit numbers in 144 bytes each.
    #expect(file.tensors[0].byteCount == 288 && file.tensors[0].type.description == "Q4_K")
    #expect(file.tensors[1].byteCount == 40 && file.tensors[2].byteCount == 2)
  }

  @Test func `weights in GGUF are refused in words that lead on`() throws {
    let path = try folder.write(GGUFBytes().file, "weights.gguf")
    expectRefusal(.unsupported, "weights.gguf", "is GGUF", "safetensors", "cajal tokenize") {
      try Checkpoint.open(path)
    }
    expectRefusal(.unsupported, "is GGUF") { try Checkpoint.open(folder.url.path) }
    #expect(GGUFFile.recognizes(path) && !GGUFFile.recognizes(folder.path("absent")))
  }

  // MARK: Refusals

  @Test func `tensors that contradict the file are refused`() {
    func refuse(_ words: String, data: Int = 64, _ build: @escaping (inout GGUFBytes) -> Void) {
      expectRefusal(.malformed, words) {
        try open {
          build(&$0)
          $0.data = [UInt8](repeating: 0, count: data)
        }
      }
    }
    refuse("'a' twice") {
      $0.addTensor("a", [1], type: 0, offset: 0)
      $0.addTensor("a", [1], type: 0, offset: 32)
    }
    refuse("'b' at byte 0 of the data overlaps 'a'") {
      $0.addTensor("a", [1], type: 0, offset: 0)
      $0.addTensor("b", [1], type: 0, offset: 0)
    }
    refuse("ends at byte 68 of the data and the file has 64") {
      $0.addTensor("a", [17], type: 0, offset: 0)
    }
    refuse("no multiple of the alignment 32") { $0.addTensor("a", [1], type: 0, offset: 4) }
    refuse("no multiple") { $0.addTensor("a", [1], type: 0, offset: .max - 31) }
    refuse("impossible dimensions") { $0.addTensor("a", [.max, .max], type: 0, offset: 0) }
    refuse("impossible dimensions [48] for Q8_0") { $0.addTensor("a", [48], type: 8, offset: 0) }
    refuse("5 dimensions") { $0.addTensor("a", [1, 1, 1, 1, 1], type: 0, offset: 0) }
    expectRefusal(.unsupported, "'a' is stored as type 4") {
      try open { $0.addTensor("a", [32], type: 4, offset: 0) }
    }
    for wrong in [0, 24, 1 << 21] as [UInt32] {
      expectRefusal(.malformed, "general.alignment") {
        try open { $0.add("general.alignment", .uint32, GGUFBytes.bytes(wrong)) }
      }
    }
  }

  @Test func `other versions and byte orders are refused by name`() {
    for (version, words) in [
      (1 as UInt32, "version 1 and versions 2 and 3 are read"), (4, "version 4"),
      (0, "version 0"), (UInt32(3).byteSwapped, "version 3 with its numbers big-endian"),
    ] {
      expectRefusal(.unsupported, words) { try open { $0.version = version } }
    }
    expectRefusal(.unsupported, "does not begin with GGUF") { try open(Array("GGML1234".utf8)) }
  }

  @Test func `counts and lengths that the file cannot hold are refused before anything is made`() {
    for count in [UInt64.max, 1 << 62, 1 << 40, 2] {
      expectRefusal(.malformed, "claims \(count) as the number of keys", "byte 16") {
        try open { $0.keyCount = count }
      }
      expectRefusal(.malformed, "claims \(count) as the number of tensors", "byte 8") {
        try open { $0.tensorCount = count }
      }
      expectRefusal(.malformed, "claims \(count) as the number of elements of 'a'") {
        try open {
          $0.add(
            "a", .array, GGUFBytes.bytes(GGUFBytes.Kind.uint64.rawValue) + GGUFBytes.bytes(count))
        }
      }
      expectRefusal(.malformed, "claims \(count) as the length of the value of 'a'") {
        try open { $0.add("a", .string, GGUFBytes.bytes(count)) }
      }
      expectRefusal(.malformed, "ends inside string 1 of 2 of 'a'") {
        try open {
          $0.add(
            "a", .array,
            GGUFBytes.array(.string, [GGUFBytes.string("x"), GGUFBytes.bytes(count) + [0]]))
        }
      }
    }
  }

  @Test func `keys that come twice, are not UTF-8 or have no type are refused`() {
    expectRefusal(.malformed, "has the key 'a' twice") {
      try open {
        $0.add("a", .uint8, [1])
        $0.add("a", .uint8, [1])
      }
    }
    expectRefusal(.malformed, "has a key that is not UTF-8") {
      try open { $0.addRaw(GGUFBytes.string([0xFF]) + GGUFBytes.bytes(UInt32(0)) + [1]) }
    }
    expectRefusal(.malformed, "a value of type 13 for 'a'") {
      try open { $0.addRaw(GGUFBytes.string("a") + GGUFBytes.bytes(UInt32(13)) + [1]) }
    }
    let message = expectRefusal(.malformed, #"\u{1B}[2J"#) {
      try open { $0.addRaw(GGUFBytes.string("\u{1B}[2J") + GGUFBytes.bytes(UInt32(99)) + [1]) }
    }
    #expect(!message.contains("\u{1B}"))
  }

  /// A file with everything in it.
  private var whole: [UInt8] {
    var file = GGUFBytes()
    file.add("general.name", .string, GGUFBytes.string("all"))
    file.add("n", .array, GGUFBytes.array(.array, [GGUFBytes.array(.uint8, [[1], [2]])]))
    file.add("s", .array, GGUFBytes.array(.string, ["a", "bc", ""].map(GGUFBytes.string)))
    file.add("f", .array, GGUFBytes.array(.float64, [GGUFBytes.bytes((0.5).bitPattern)]))
    file.addTensor("a", [4, 2], type: 1, offset: 0)
    file.addTensor("b", [32], type: 8, offset: 32)
    file.data = [UInt8](repeating: 3, count: 66)
    return file.file
  }

  @Test func `a file cut at any byte is refused`() throws {
    let whole = whole
    #expect(try open(whole).tensors.count == 2)
    for length in 0..<whole.count {
      #expect(throws: CheckpointError.self, "\(length) of \(whole.count) bytes") {
        try open(Array(whole.prefix(length)))
      }
    }
  }

  @Test func `changed bytes never stop the program`() throws {
    let whole = whole
    var refused = 0
    for index in whole.indices {
      for value in [0, 0xFF, 0x7F, whole[index] ^ 1, whole[index] &+ 1] as [UInt8] {
        var changed = whole
        changed[index] = value
        do {
          let file = try open(changed)
          for key in file.keys {
            let array = file[key]?.array
            #expect((array?.strings?.count ?? 0) <= changed.count)
            _ = (array?.numbers, array?.integers, array?.bools, file[key]?.string)
          }
        } catch let error as CheckpointError {
          #expect(!error.description.contains("\n"))
          refused += 1
        }
      }
    }
    #expect(refused > 300)
  }
}
