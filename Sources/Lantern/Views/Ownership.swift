/// The message key is in the key template (`{@key}`, or the path that the topic declares): a row's events come in their
/// order, so it may be set and deleted.
public enum Owned: FieldOwnership, RowOwnership {}

/// As `Owned`, and an event that changes a row writes it whole: what it held before is gone. What compacted topics need.
public enum Whole: FieldOwnership, RowOwnership {}

/// Each member is the message key of the events that add and remove it; rows may be fed by many keys.
public enum MemberOwned {}

/// Any event may feed a row: only changes that do not depend on the order of events.
public enum Shared {}

/// Owners that may set fields.
public protocol FieldOwnership {}

/// Owners that may delete rows.
public protocol RowOwnership {}
