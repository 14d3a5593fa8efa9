extension Unicode.Scalar {
    /// Whether it shows nothing and has no place in a name: zero-width blanks, soft hyphens, direction marks and the like.
    /// Joiners and variation selectors are parts of words and of emoji.
    public var isInvisible: Bool {
        properties.isDefaultIgnorableCodePoint && !properties.isVariationSelector && !properties.isJoinControl
            && value < 0xE0000
    }
}
