import Bytes

extension FoldStage {
    /// Forgets the changes of the rows that are not in the sample.
    mutating func keep(_ sample: RowSample) {
        var count = 0
        for index in rows.indices where sample.contains(bytes.span(rows[index].key.range)) {
            rows[count] = rows[index]
            count += 1
        }
        rows.truncate(to: count)
    }
}
