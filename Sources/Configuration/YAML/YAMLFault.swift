/// Text that is not YAML, or YAML that a configuration does not use.
struct YAMLFault: Error {
    var position: Position
    var message: String
}
