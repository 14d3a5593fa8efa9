package import Configuration
package import Logging
package import System

extension Log {
    /// The log that the settings ask for, on `device`.
    package init(_ settings: LogSettings, on device: Device) {
        let format: LogFormat? =
            switch settings.format {
            case .auto: nil
            case .text: .text
            case .json: .json
            }
        self.init(device, level: LogLevel(rawValue: settings.level.rawValue) ?? .info, format: format)
    }
}
