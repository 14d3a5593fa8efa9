/// What a look at rows showed.
enum RowCheck {
    case sound
    case damaged(String)
    /// Redis returned an error: nothing is known.
    case refused([UInt8])
}
