using System.Runtime.CompilerServices;

namespace AgentSim;

/// <summary>
/// All errors that are raised on purpose: identifier, category, whose fault it is, when it comes and what helps. An entry makes the
/// errors of its kind; nothing else can. The sections are those of docs/errors.md, which is this list as a page; the other files of
/// the class hold one or several of them. Identifiers never change.
/// </summary>
public static partial class Errors
{
    // Entries add themselves here; the parts of the class may be initialised in any order, so the list is made when it is needed first.
    private static List<ErrorCode>? s_all;

    private static readonly Dictionary<string, ErrorCode> ById = [];

    // Without it, the list could be asked for before the entries are there.
    static Errors()
    {
        foreach (ErrorCode code in s_all!) ById.Add(code.Id, code);
    }

    /// <summary>The list.</summary>
    public static IReadOnlyList<ErrorCode> All => s_all!;

    /// <summary>The entry of an identifier, as stored results and other processes have it; null: there is none.</summary>
    /// <param name="id">The identifier.</param>
    public static ErrorCode? Find(string? id) => id is null ? null : ById.GetValueOrDefault(id);

    private static ErrorCode Add(string section, FaultCategory category, FaultKind kind, string cause, string remedy, string id)
    {
        var code = new ErrorCode(id, section, category, kind, cause, remedy);
        (s_all ??= []).Add(code);
        return code;
    }

    // An entry about what was read, and one about the call itself.
    private sealed class Section(string name)
    {
        public ErrorCode Input(FaultCategory category, string cause, string remedy, [CallerMemberName] string id = "") =>
            Add(name, category, FaultKind.Input, cause, remedy, id);

        public ErrorCode Data(string cause, string remedy, [CallerMemberName] string id = "") =>
            Add(name, FaultCategory.InvalidData, FaultKind.Input, cause, remedy, id);

        public ErrorCode Call(string cause, string remedy, [CallerMemberName] string id = "") =>
            Add(name, FaultCategory.InvalidArgument, FaultKind.Usage, cause, remedy, id);
    }
}
