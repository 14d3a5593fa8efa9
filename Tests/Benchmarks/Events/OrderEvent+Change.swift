public import Bytes

extension OrderEvent {
    /// A change event as Debezium's connector for PostgreSQL writes it, of about 730 bytes.
    public func writeChange(isFirst: Bool, transaction: Int, to buffer: inout ByteBuffer) {
        buffer.append("{\"before\":null,\"after\":")
        write(to: &buffer)
        buffer.append(
            """
            ,"source":{"version":"3.3.1.Final","connector":"postgresql","name":"shop","ts_ms":1795647313586,\
            "snapshot":"false","db":"shop","sequence":"[\\"26419512\\",\\"26419512\\"]","ts_us":1795647313586774,\
            "ts_ns":1795647313586774000,"schema":"public","table":"orders","txId":
            """)
        buffer.append(decimal: Int64(transaction))
        buffer.append(",\"lsn\":26419512,\"xmin\":null},\"transaction\":null,\"op\":\"")
        buffer.append(isFirst ? "c" : "u")
        buffer.append("\",\"ts_ms\":1795647313793,\"ts_us\":1795647313793853,\"ts_ns\":1795647313793853693}")
    }

    /// The key of that event: the columns of the table's primary key.
    public func writeChangeKey(to buffer: inout ByteBuffer) {
        buffer.append("{\"orderId\":\"o-")
        buffer.append(decimal: Int64(order))
        buffer.append("\"}")
    }
}
