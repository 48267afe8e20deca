using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Table;

/// <summary>The cells of one row, by the names of their columns.</summary>
internal interface ITableCells
{
    /// <summary>The text of a cell; null if the table has no such column, or the cell is empty.</summary>
    string? Text(string column);

    /// <summary>The whole numbers of a cell that holds a list; null for anything else.</summary>
    ulong[]? Ids(string column);
}

/// <summary>A row that is a JSON object. A column is a path with points, which also leads through text that is JSON.</summary>
internal sealed class JsonCells : ITableCells
{
    /// <summary>The object; valid only while it is looked at.</summary>
    public JsonElement Row { get; set; }

    public string? Text(string column)
    {
        if (Find(Row, column, out JsonDocument? inner) is not { } value) return null;
        using (inner)
        {
            string? text = value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => null,
            };
            return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        }
    }

    public ulong[]? Ids(string column)
    {
        if (Find(Row, column, out JsonDocument? inner) is not { } value) return null;
        using (inner)
        {
            if (value.ValueKind != JsonValueKind.Array) return null;
            var ids = new ulong[value.GetArrayLength()];
            int count = 0;
            foreach (JsonElement id in value.EnumerateArray())
            {
                if (id.ValueKind != JsonValueKind.Number) return null;
                if (id.TryGetUInt64(out ulong whole)) ids[count++] = whole;
                else if (id.TryGetInt64(out long signed)) ids[count++] = unchecked((ulong)signed);
                else return null;
            }

            return ids;
        }
    }

    // A name may hold points itself, so the whole path is tried first.
    private static JsonElement? Find(JsonElement row, string path, out JsonDocument? inner)
    {
        inner = null;
        if (row.ValueKind != JsonValueKind.Object) return null;
        if (TryGet(row, path, out JsonElement found)) return found;
        int point = path.IndexOf('.', StringComparison.Ordinal);
        if (point <= 0 || !TryGet(row, path[..point], out JsonElement outer)) return null;
        if (outer.ValueKind == JsonValueKind.String && outer.GetString() is { } text && text.AsSpan().TrimStart().StartsWith("{"))
        {
            try
            {
                inner = LenientJson.Parse(text);
                outer = inner.RootElement;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return Find(outer, path[(point + 1)..], out JsonDocument? deeper) is { } value ? Take(value, ref inner, deeper) : null;
    }

    private static JsonElement Take(JsonElement value, ref JsonDocument? inner, JsonDocument? deeper)
    {
        if (deeper is null) return value;
        inner?.Dispose();
        inner = deeper;
        return value;
    }

    private static bool TryGet(JsonElement row, string name, out JsonElement value)
    {
        if (row.TryGetProperty(name, out value)) return true;
        foreach (JsonProperty property in row.EnumerateObject())
        {
            if (!string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)) continue;
            value = property.Value;
            return true;
        }

        return false;
    }
}

/// <summary>Numbers and times as tables write them. Numbers are read as everywhere the same: with a point, without groups.</summary>
internal static class TableValues
{
    /// <summary>A whole number that is not negative, e.g. <c>4808</c> or <c>4808.0</c>; null for anything else.</summary>
    public static long? Count(string text) =>
        double.TryParse(text,
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double number) && number is >= 0 and < 1L << 53
                && number == Math.Floor(number) ? (long)number : null;

    /// <summary>A length of time in milliseconds; null if it is none or its unit cannot be known.</summary>
    public static double? Duration(string text, TimeUnit? unit) =>
        unit is { } known && Real(text) is { } number && number >= 0 ? number * (double)known / 1e6 : null;

    /// <summary>
    /// A point in time in milliseconds since 1970, or since the source's own zero; null if it is none or its unit cannot be known.
    /// Dates have the year first, since 05.06. and 06/05 mean different days to different people; without a zone they are UTC.
    /// </summary>
    public static double? Time(string text, TimeUnit? unit)
    {
        if (Real(text) is { } number) return (unit ?? UnitOf(number)) is { } known ? number * (double)known / 1e6 : null;
        if (text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase)) text = text[..^4] + "Z";
        if (text.Length < 10 || !char.IsAsciiDigit(text[0]) || text[4] != '-' || text[7] != '-') return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? (time - DateTimeOffset.UnixEpoch).TotalMilliseconds : null;
    }

    private static double? Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) ? number : null;

    // Only times of our age say by their size what they are counted in; small numbers do not.
    private static TimeUnit? UnitOf(double number) => number switch
    {
        >= 1e17 => TimeUnit.Nanoseconds,
        >= 1e14 => TimeUnit.Microseconds,
        >= 1e11 => TimeUnit.Milliseconds,
        >= 1e8 => TimeUnit.Seconds,
        _ => null,
    };
}
