using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>
/// The method ToString of a number or date that is the value of a property. Export-Csv and others ask a value for its text in
/// the current culture, which no other machine need understand; this one answers in the invariant culture. Whoever names a
/// format or a culture gets that.
/// </summary>
internal sealed class InvariantText : PSMethodInfo
{
    private const string Date = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    private readonly IFormattable _value;

    private InvariantText(IFormattable value)
    {
        _value = value;
        SetMemberName(nameof(ToString));
    }

    /// <inheritdoc/>
    public override PSMemberTypes MemberType => PSMemberTypes.CodeMethod;

    /// <inheritdoc/>
    public override string TypeNameOfValue => typeof(InvariantText).FullName!;

    // PowerShell passes a format on to methods that have more than one form.
    /// <inheritdoc/>
    public override Collection<string> OverloadDefinitions =>
    [
        "string ToString()", "string ToString(string format)", "string ToString(System.IFormatProvider provider)",
        "string ToString(string format, System.IFormatProvider provider)",
    ];

    /// <summary>A value whose text is invariant: still the same number or date for everything else.</summary>
    /// <param name="value">Any value; what does not depend on the culture is returned as it is.</param>
    public static object? Of(object? value)
    {
        if (value is not (double or float or decimal or DateTime or DateTimeOffset)) return value;
        var shown = new PSObject(value);
        shown.Methods.Add(new InvariantText((IFormattable)value));
        return shown;
    }

    /// <inheritdoc/>
    public override PSMemberInfo Copy() => new InvariantText(_value);

    /// <inheritdoc/>
    public override object Invoke(params object[] arguments) => arguments switch
    {
        [IFormatProvider provider] => _value.ToString(null, provider),
        [{ } format] when format.ToString() is { Length: > 0 } text => _value.ToString(text, null),
        [{ } format, var provider] when format.ToString() is { Length: > 0 } text => _value.ToString(text, provider as IFormatProvider),
        _ => _value.ToString(_value is DateTime or DateTimeOffset ? Date : null, CultureInfo.InvariantCulture),
    };
}
