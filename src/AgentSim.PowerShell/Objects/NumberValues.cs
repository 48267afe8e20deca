using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.RegularExpressions;
using AgentSim.Json;

namespace AgentSim.PowerShell;

/// <summary>
/// Stands at every parameter that is a number, or a list of numbers: text that is a number in another culture is refused
/// instead of becoming another number, and so is a fraction where a whole number is wanted.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether the number is a whole one.</summary>
    public bool Whole { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        NumberValues.WhyNot(inputData, Whole) is { } reason
        ? throw new ArgumentTransformationMetadataException(reason)
        : inputData;
}

/// <summary>
/// What PowerShell must not turn into numbers by itself: it reads '29,5' as 295 and a blank as 0, and rounds 2.5 to 2 where a
/// whole number is wanted.
/// </summary>
internal static partial class NumberValues
{
    /// <summary>Whether a type is a number, or a nullable one.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isWhole">True when it holds whole numbers only.</param>
    public static bool IsNumber(Type type, out bool isWhole)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        isWhole = !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;
        return isWhole || type == typeof(double) || type == typeof(float) || type == typeof(decimal);
    }

    /// <summary>Why a value, or one in a list, must not become a number; null when it may.</summary>
    /// <param name="value">What was given for a number.</param>
    /// <param name="isWhole">Whether it is to be a whole one.</param>
    public static string? WhyNot(object? value, bool isWhole)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case string text:
                // Forms that PowerShell has for numbers and that mean one number only.
                if (PowerShellForm().IsMatch(text)) return null;
                if (!NumberText.TryRead(text, out double number)) return NumberText.WhyNot(text);
                return isWhole ? WhyNotWhole(number, text.Trim()) : null;
            case double or float or decimal when isWhole && value is not null:
                double real = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                return WhyNotWhole(real, real.ToString(CultureInfo.InvariantCulture));
            case IEnumerable items:
                return items.Cast<object?>().Select(item => WhyNot(item, isWhole)).FirstOrDefault(reason => reason is not null);
            default:
                return null;
        }
    }

    /// <summary>A number as another type of number, without a change of its value.</summary>
    /// <exception cref="AgentSimException">That type cannot hold it.</exception>
    public static object ChangeType(object number, Type type, string name)
    {
        try
        {
            if (IsNumber(type, out bool isWhole) && isWhole && WhyNot(number, true) is { } reason)
                throw NumberText.InvalidId.Error($"{name}: {reason}");
            // what ConvertFrom-Json makes of hashes
            object plain = number is BigInteger large ? large >= 0
                && large <= ulong.MaxValue ? (ulong)large : (object)(double)large : number;
            return Convert.ChangeType(plain, type, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is OverflowException or InvalidCastException or FormatException)
        {
            throw NumberText.InvalidId.Error($"{name}: {number} is no number of the type {type.Name}", inner: error);
        }
    }

    private static string? WhyNotWhole(double number, string shown) =>
        number == Math.Floor(number) && double.IsFinite(number) ? null : $"{Quote.Of(shown)} is not a whole number";

    [GeneratedRegex(@"^\s*[+-]?(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[kmgtp]b)\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PowerShellForm();
}
