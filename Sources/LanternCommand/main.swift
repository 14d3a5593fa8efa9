import Glibc

exit(Console.output.checked(Program.run(Array(CommandLine.arguments.dropFirst()))).rawValue)
