internal import CRdkafka

/// The version of the librdkafka that the program runs with, such as `2.0.2`.
public var libraryVersion: String { unsafe String(cString: rd_kafka_version_str()) }

/// The same as a number that compares: 0xMMmmpp and two digits of pre-release (ff is a release).
var libraryNumber: Int32 { rd_kafka_version() }
