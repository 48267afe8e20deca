using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>Reads the current value of a row; it is not null.</summary>
/// <param name="json">Stands at the value; afterwards at its end.</param>
/// <param name="name">The field, for messages.</param>
internal delegate T JsonRead<out T>(ref JsonRow json, string name);

/// <summary>How the values of a kind of field are read and written.</summary>
/// <param name="Read">Reads one.</param>
/// <param name="Write">Writes one that is not null.</param>
/// <param name="Loose">One that is not null, for lenient readers.</param>
internal sealed record JsonKind<T>(JsonRead<T> Read, Action<JsonLineWriter, T> Write, Func<T, LooseValue> Loose);

/// <summary>The kinds of fields that rows of all formats have.</summary>
internal static class JsonKinds
{
    public static readonly JsonKind<string?> Text = new(
        (ref json, name) => json.Text(name), (json, value) => json.Text(value!), value => LooseValue.Of(value));

    /// <summary>A text that most likely many rows have.</summary>
    public static readonly JsonKind<string?> CommonText = Text with { Read = (ref json, name) => json.CommonText(name) };

    /// <summary>A non-negative 64-bit integer.</summary>
    public static readonly JsonKind<ulong?> UInt64 = new(
        (ref json, name) => json.UInt64(name), (json, value) => json.Number(value!.Value), value => LooseValue.Of(value));

    /// <summary>A number of things; more than <see cref="long.MaxValue"/> of them are refused.</summary>
    public static readonly JsonKind<long?> Count = new(
        (ref json, name) => json.Count(name), (json, value) => json.Number(value!.Value), value => LooseValue.Of(value));

    /// <summary>A non-negative integer; more than <see cref="long.MaxValue"/> is taken as that (behaviour 01#2.5).</summary>
    public static readonly JsonKind<long?> Saturating = new(
        (ref json, name) => (long)Math.Min(json.UInt64(name), long.MaxValue), (json, value) => json.Number(value!.Value), value =>
            LooseValue.Of(value));

    public static readonly JsonKind<uint?> UInt32 = new(
        (ref json, name) => json.UInt32(name), (json, value) => json.Number((ulong)value!.Value), value => LooseValue.Of((ulong?)value));

    public static readonly JsonKind<int?> Int32 = new(
        (ref json, name) => json.Int32(name), (json, value) => json.Number((long)value!.Value), value => LooseValue.Of((long?)value));

    /// <summary>A finite number.</summary>
    public static readonly JsonKind<double?> Number = new(
        (ref json, name) => json.Number(name), (json, value) => json.Number(Finite(value!.Value)), value => LooseValue.Of(value));

    public static readonly JsonKind<bool?> Flag = new(
        (ref json, name) => json.Flag(name), (json, value) => json.Raw(value!.Value ? "true"u8 : "false"u8), value => LooseValue.Of(value));

    /// <summary>Any value, as JSON text.</summary>
    public static readonly JsonKind<string?> Any = new(
        (ref json, name) => json.AnyText(), (json, value) => json.Raw(Encoding.UTF8.GetBytes(value!)), value => LooseValue.Parse(value!));

    public static readonly JsonKind<IReadOnlyList<string>?> Texts = List(
        (ref json, name) => json.Text(name), (json, value) => json.Text(value), value => LooseValue.Of(value));

    /// <summary>A word for each value of an enumeration.</summary>
    /// <param name="words">The words, in the order that messages list them.</param>
    public static JsonKind<TEnum?> Word<TEnum>(params (string Word, TEnum Value)[] words)
        where TEnum : struct, Enum
    {
        string choice = $"{string.Join(", ", words[..^1].Select(entry => entry.Word))} or {words[^1].Word}";
        string WordOf(TEnum? value) => Array.Find(words, entry => entry.Value.Equals(value)).Word;
        return new JsonKind<TEnum?>(
            (ref json, name) =>
            {
                string text = json.Text(name);
                foreach ((string word, TEnum value) in words)
                {
                    if (word == text) return value;
                }

                throw new JsonException($"{Quote.Of(name)} is {Quote.Of(text)}; it must be {choice}");
            },
            (json, value) => json.Text(WordOf(value)),
            value => LooseValue.Of(WordOf(value)));
    }

    /// <summary>A list of values.</summary>
    public static JsonKind<IReadOnlyList<T>?> List<T>(JsonRead<T> read, Action<JsonLineWriter, T> write, Func<T, LooseValue> loose) => new(
        (ref json, name) =>
        {
            if (json.TokenType != JsonTokenType.StartArray) throw json.Wrong(name, "an array");
            var items = new List<T>();
            while (json.NextItem()) items.Add(read(ref json, name));
            return items.ToArray();
        },
        (json, items) =>
        {
            json.Raw("["u8);
            for (int i = 0; i < items!.Count; i++)
            {
                if (i > 0) json.Raw(","u8);
                write(json, items[i]);
            }

            json.Raw("]"u8);
        },
        items => LooseValue.Of(items!.Select(loose).ToArray()));

    /// <summary>A kind whose fields are declared when its first value comes: most files have none, and start faster.</summary>
    public static JsonKind<T> Late<T>(Func<JsonKind<T>> kind) =>
        new((ref json, name) => kind().Read(ref json, name), (json, value) => kind().Write(json, value), value => kind().Loose(value));

    /// <summary>Values that a field reads in its own way, or does not read.</summary>
    public static JsonKind<T> Written<T>(Action<JsonLineWriter, T> write, Func<T, LooseValue> loose) =>
        new((ref _, name) => throw new UnreachableException(name), write, loose);

    // Whoever writes knows which row it is in.
    private static double Finite(double value) => double.IsFinite(value) ? value : throw new NotFiniteNumberException(value);
}
