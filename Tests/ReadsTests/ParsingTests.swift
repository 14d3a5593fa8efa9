import Records
import Testing

@testable import Reads

@Suite struct `What readers write` {
    @Test(arguments: [
        "orders/0@1042", "orders/0@1042,1@998", "orders/0@1,1@2,payments/0@3", "a.b-c_d/2147483646@9223372036854775806",
    ])
    func `lists of offsets are read and written alike`(text: String) {
        #expect(OffsetList(text)?.text == text)
    }

    @Test(arguments: [("orders/007@0042,00@01", "orders/7@42,0@1"), ("a/0@00", "a/0@0")])
    func `numbers in offsets are the same however they are spelled`(text: String, usual: String) {
        #expect(OffsetList(text)?.text == usual && OffsetList(text) == OffsetList(usual))
    }

    @Test(arguments: [("version>=007", "version>=7"), ("version<+7", "version<7"), ("code=007", "code=007")])
    func `numbers that a field is compared with are said as numbers`(text: String, usual: String) {
        #expect(FieldCondition(text)?.text == usual)
    }

    @Test(arguments: [
        "", "orders", "orders/0", "/0@1", "0@1", "orders/-1@1", "orders/0@-1", "orders/0@1,", "orders/0@1@2",
        "orders/+1@1", "orders/2147483648@1", "orders/0@9223372036854775807", "orders/0@9223372036854775808",
        "orders/0@1,x@1", "a/b/0@1",
    ])
    func `other texts are no lists of offsets`(text: String) { #expect(OffsetList(text) == nil) }

    @Test(arguments: [
        ("version>=7", "7", true), ("version>=7", "6", false), ("version>7", "7", false), ("version<=7", "7", true),
        ("version<7", "7", false), ("version=7", "7", true), ("version=7", "07", true), ("status=paid", "paid", true),
        ("status=paid", "placed", false), ("version>=7", "x", false),
    ])
    func `a field is compared`(text: String, value: String, holds: Bool) throws {
        let condition = try #require(FieldCondition(text))
        let row = StoredRow(
            key: [1], content: .fields([.init(Array(condition.field.utf8), Array(value.utf8))]))
        #expect(condition.text == text)
        #expect(condition.holds(for: condition.found(in: row)) == holds)
        #expect(!condition.holds(for: condition.found(in: nil)))
    }

    @Test(arguments: ["", "version", ">=7", "version>=", "version>=x", "version>"])
    func `other texts compare nothing`(text: String) { #expect(FieldCondition(text) == nil) }
}
