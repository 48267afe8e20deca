using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Rows;
using AgentSim.Traces.Schema;

namespace AgentSim.Traces;

/// <summary>The strict reader of request traces: decodes the lines of one file (behaviour 01#2.2 to 01#2.4).</summary>
internal sealed class TraceRecordParser(string path, bool readsDependencies = false)
{
    private static readonly byte[] Event = Encoding.UTF8.GetBytes(TraceNames.Event);

    private readonly RecentTexts _texts = new();
    private readonly RecordDraft _plain = new(readsDependencies);
    private readonly RecordDraft _wrapped = new(readsDependencies);

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Decodes one line.</summary>
    /// <returns>The record, or null when the line holds nothing a replay needs. The hashes of a request are lent until the next line is
    /// parsed.</returns>
    /// <exception cref="AgentSimException">The line is not valid JSON or the record is malformed.</exception>
    public TraceRecord? Parse(ReadOnlySpan<byte> line, long number)
    {
        TraceRecord? record;
        try
        {
            if (!TryParseInOnePass(line, out record)) record = ParseInTwoPasses(line);
        }
        catch (JsonException error)
        {
            throw FormatAdvice.Add(Errors.TraceRowInvalid.At(path, number, error.Message, error), line, TraceFormat.Dynamo);
        }

        return record is null ? null : Checked(record, number);
    }

    /// <summary>A record with its place, once it is known that its hashes cover its prompt.</summary>
    /// <exception cref="AgentSimException">They do not.</exception>
    public TraceRecord Checked(TraceRecord record, long number)
    {
        record.Path = path;
        record.Line = number;
        (record as RequestRecord)?.Check();
        return record;
    }

    /// <summary>Finds the record of a line first, then decodes it: right for every line.</summary>
    internal TraceRecord? ParseInTwoPasses(ReadOnlySpan<byte> line)
    {
        if (!TraceLine.TryFindRecord(line, out int start, out int length)) return null;
        var json = new JsonRow(line.Slice(start, length), TraceLine.MaxDepth, _texts);
        json.BeginRow();
        _plain.ReadAll(ref json);
        return _plain.ToRecord();
    }

    /// <summary>
    /// Decodes the line as the record it most likely is. False if that fails, because then it depends on the rest of the
    /// line whether it is malformed or to be skipped.
    /// </summary>
    internal bool TryParseInOnePass(ReadOnlySpan<byte> line, out TraceRecord? record)
    {
        record = null;
        try
        {
            var json = new JsonRow(line, TraceLine.MaxDepth, _texts);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject) return false;
            bool hasEvent = false;
            RecordDraft last = _plain;
            _plain.Clear();
            while (_plain.NextKey(ref json))
            {
                if (!json.Is(Event))
                {
                    _plain.ReadField(ref json);
                    continue;
                }

                json.Read();
                if (hasEvent || json.TokenType != JsonTokenType.StartObject) return false;
                hasEvent = true;
                last = _wrapped;
                _wrapped.ReadAll(ref json);
            }

            json.EndRow();
            record = last.ToRecord();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
