namespace AgentSim.Cli;

/// <summary>
/// Reads arguments by the rules of the reference's command line (behaviour 06#9) and rewrites them in one plain form:
/// long options may be shortened to any unambiguous prefix, values may follow after <c>=</c> or a blank and may be negative numbers,
/// of a repeated option the last value counts, and files may stand anywhere.
/// </summary>
internal static class ArgumentRewriter
{
    /// <param name="arguments">What follows the command's name.</param>
    /// <param name="options">The command's options.</param>
    /// <returns>Every option once with its full name, then <c>--</c> and the files.</returns>
    /// <exception cref="AgentSimException">A usage error.</exception>
    public static List<string> Rewrite(IReadOnlyList<string> arguments, IReadOnlyList<OptionSpec> options)
    {
        var given = new Dictionary<OptionSpec, List<string>>();
        var files = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument == "--")
            {
                files.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (argument is "-h" or "-?") return ["--help"];
            if (!LooksLikeOption(argument))
            {
                files.Add(argument);
                continue;
            }

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            OptionSpec option = Find(equals < 0 ? argument : argument[..equals], options);
            if (option == Help) return ["--help"];

            List<string> values = [];
            if (equals >= 0) values.Add(argument[(equals + 1)..]);
            else
            {
                int most = option.Value switch { OptionValue.None => 0, OptionValue.One => 1, _ => int.MaxValue };
                while (values.Count < most && i + 1 < arguments.Count && !LooksLikeOption(arguments[i + 1])) values.Add(arguments[++i]);
            }

            if (option.Value == OptionValue.None && values.Count > 0)
                throw Errors.OptionValueUnexpected.Error($"{option.Name} takes no value");
            if (option.Value != OptionValue.None && values.Count == 0)
                throw Errors.OptionValueMissing.Error($"{option.Name} needs a value");
            if (option.Value == OptionValue.Many && given.TryGetValue(option, out List<string>? earlier)) values.InsertRange(0, earlier);
            given[option] = values;
        }

        var plain = new List<string>();
        foreach ((OptionSpec option, List<string> values) in given)
        {
            if (option.Value == OptionValue.None) plain.Add(option.Name);
            foreach (string value in values)
            {
                if (value.StartsWith('-')) plain.Add($"{option.Name}={value}");
                else plain.AddRange([option.Name, value]);
            }
        }

        plain.Add("--");
        plain.AddRange(files);
        return plain;
    }

    private static readonly OptionSpec Help = new("--help", "", "", OptionValue.None);

    private static bool LooksLikeOption(string argument)
    {
        if (argument.Length < 2 || argument[0] != '-') return false;
        return argument[1] == '-' || !(Numbers.TryReal(argument, out _) || argument.Contains(' ', StringComparison.Ordinal));
    }

    private static OptionSpec Find(string name, IReadOnlyList<OptionSpec> options)
    {
        var candidates = new List<OptionSpec>();
        foreach (OptionSpec option in options.Append(Help))
        {
            if (option.Name == name || option.Short == name) return option;
            if (name.Length > 2 && option.Name.StartsWith(name, StringComparison.Ordinal)) candidates.Add(option);
        }

        return candidates switch
        {
            [OptionSpec only] => only,
            [] => throw Errors.OptionUnknown.Error($"unknown option {name}"),
            _ => throw Errors.OptionAmbiguous.Error($"{name} could be {string.Join(" or ", candidates.Select(o => o.Name))}"),
        };
    }
}
