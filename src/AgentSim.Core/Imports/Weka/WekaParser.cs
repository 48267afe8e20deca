using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace AgentSim.Imports.Weka;

/// <summary>
/// Reads traces from JSON: an object a trace, or arrays of them. Prompts are kept as what they add to the one before, so
/// that a trace of hundreds of megabytes takes a few. Entries that are no calls are counted in <see cref="Unusable"/>.
/// </summary>
internal sealed class WekaParser
{
    private readonly XxHash3 _digest = new();
    private ulong[] _ids = new ulong[1024];
    private int _idCount;

    /// <summary>Entries of the last trace that are not calls and could not be used.</summary>
    public int Unusable { get; private set; }

    /// <summary>Why the last trace ended in the middle; null if it was whole.</summary>
    public Exception? BrokenOff { get; private set; }

    /// <summary>
    /// Reads the next trace. One that ends in the middle is returned with what is there, and <see cref="BrokenOff"/> is set;
    /// then nothing more can be read. Values that are no objects are passed over.
    /// </summary>
    /// <returns>False at the end.</returns>
    public bool TryRead(ref JsonPull json, string path, out WekaTrace trace)
    {
        trace = new WekaTrace { Place = new SourcePlace(path, json.Line) };
        Unusable = 0;
        BrokenOff = null;
        _digest.Reset();
        try
        {
            do
            {
                if (!json.Read()) return false;
            }
            while (json.Token != JsonTokenType.StartObject);

            trace = new WekaTrace { Place = new SourcePlace(path, json.Line) };
            ReadTrace(ref json, trace);
        }
        catch (Exception error) when (IsBroken(error))
        {
            BrokenOff = error;
        }

        Digest(trace);
        trace.Digest = _digest.GetCurrentHashAsUInt64();
        return true;
    }

    private static bool IsBroken(Exception error) => error is JsonException or IOException or InvalidDataException;

    private void ReadTrace(ref JsonPull json, WekaTrace trace)
    {
        while (json.Read() && json.Token != JsonTokenType.EndObject)
        {
            if (json.IsName("id"u8))
            {
                json.Read();
                trace.Id = json.Text ?? json.Count?.ToString(System.Globalization.CultureInfo.InvariantCulture);
                json.Skip();
            }
            else if (json.IsName("block_size"u8))
            {
                json.Read();
                if (json.Count is > 0 and <= int.MaxValue and { } size) trace.BlockSize = (int)size;
                json.Skip();
            }
            else if (json.IsName("hash_id_scope"u8))
            {
                json.Read();
                trace.IsGlobal = json.Text == "global";
                json.Skip();
            }
            else if (json.IsName("requests"u8)) ReadEntries(ref json, trace);
            else json.Skip();
        }
    }

    private void ReadEntries(ref JsonPull json, WekaThread thread)
    {
        json.Read();
        if (json.Token != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        // The ids of the call before, of this thread alone; an inner list puts its own in between.
        ulong[] last = [];
        int lastCount = 0;
        while (json.Read() && json.Token != JsonTokenType.EndArray)
        {
            if (json.Token == JsonTokenType.StartObject) ReadEntry(ref json, thread, ref last, ref lastCount);
            else
            {
                json.Skip();
                Unusable++;
            }
        }
    }

    private void ReadEntry(ref JsonPull json, WekaThread thread, ref ulong[] last, ref int lastCount)
    {
        var entry = new Entry();
        try
        {
            while (json.Read() && json.Token != JsonTokenType.EndObject) ReadField(ref json, entry);
        }
        catch (Exception error) when (IsBroken(error) && entry.Agent is { Calls.Count: > 0 })
        {
            // The calls of an agent that are there stay, also if the file ends within them.
            AddAgent(thread, entry);
            throw;
        }

        if (entry.Type == "subagent" || entry.Agent is not null) AddAgent(thread, entry);
        else if (entry is { Time: not null, Input: not null }) AddCall(thread, entry, ref last, ref lastCount);
        else Unusable++;
    }

    private void ReadField(ref JsonPull json, Entry entry)
    {
        if (json.IsName("hash_ids"u8))
        {
            entry.HasIds = ReadIds(ref json);
            return;
        }

        if (json.IsName("requests"u8))
        {
            ReadEntries(ref json, entry.Agent ??= new WekaAgent());
            return;
        }

        Field field = json.IsName("t"u8) ? Field.Time
            : json.IsName("in"u8) ? Field.Input
            : json.IsName("out"u8) ? Field.Output
            : json.IsName("api_time"u8) ? Field.ApiTime
            : json.IsName("ttft"u8) ? Field.Ttft
            : json.IsName("duration_ms"u8) ? Field.Duration
            : json.IsName("model"u8) ? Field.Model
            : json.IsName("stop"u8) ? Field.Stop
            : json.IsName("type"u8) ? Field.Type
            : json.IsName("agent_id"u8) ? Field.AgentId
            : json.IsName("status"u8) ? Field.Status
            : Field.Other;
        json.Read();
        switch (field)
        {
            case Field.Time: entry.Time = json.Real; break;
            case Field.Input: entry.Input = json.Count; break;
            case Field.Output: entry.Output = json.Count; break;
            case Field.ApiTime: entry.ApiTime = json.Real; break;
            case Field.Ttft: entry.Ttft = json.Real; break;
            case Field.Duration: entry.Duration = json.Real / 1000; break;
            case Field.Model: entry.Model = json.Text; break;
            case Field.Stop: entry.Stop = json.Text; break;
            case Field.Type: entry.Type = json.Text; break;
            case Field.AgentId: entry.AgentId = json.Text; break;
            case Field.Status: entry.Status = json.Text; break;
        }

        json.Skip();
    }

    // Ids into the buffer; false if there is no list of them. Names in place of numbers count as what they hash to.
    private bool ReadIds(ref JsonPull json)
    {
        json.Read();
        if (json.Token != JsonTokenType.StartArray)
        {
            json.Skip();
            return false;
        }

        int count = 0;
        while (json.Read() && json.Token != JsonTokenType.EndArray)
        {
            if (count == _ids.Length) Array.Resize(ref _ids, count * 2);
            _ids[count++] = json.Id ?? (json.Text is { } text ? XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)) : 0);
            json.Skip();
        }

        _idCount = count;
        return true;
    }

    private static void AddAgent(WekaThread thread, Entry entry)
    {
        WekaAgent agent = entry.Agent ?? new WekaAgent();
        (agent.Time, agent.Duration, agent.Id) = (entry.Time, entry.Duration, entry.AgentId);
        agent.IsBackground = entry.Status == "async_launched";
        thread.Agents.Add(agent);
    }

    private void AddCall(WekaThread thread, Entry entry, ref ulong[] last, ref int lastCount)
    {
        ReadOnlySpan<ulong> ids = _ids.AsSpan(0, entry.HasIds ? _idCount : 0);
        int kept = ids.CommonPrefixLength(last.AsSpan(0, lastCount));
        thread.Calls.Add(new WekaCall
        {
            Time = entry.Time!.Value,
            ApiTime = entry.ApiTime,
            Ttft = entry.Ttft,
            Input = entry.Input!.Value,
            Output = entry.Output ?? 0,
            HasOutput = entry.Output is not null,
            Model = entry.Model,
            Stop = entry.Stop,
            HasIds = entry.HasIds,
            KeptIds = kept,
            NewIds = ids[kept..].ToArray(),
        });
        if (last.Length < ids.Length) last = new ulong[Math.Max(ids.Length, last.Length * 2)];
        ids.CopyTo(last);
        lastCount = ids.Length;
    }

    // Everything that makes a trace what it is, in the order of the file.
    private void Digest(WekaThread thread)
    {
        foreach (WekaCall call in thread.Calls)
        {
            Digest(call.Time);
            Digest(call.ApiTime ?? -1);
            Digest(call.Input);
            Digest(call.Output);
            Digest(call.KeptIds);
            foreach (ulong id in call.NewIds) Digest(unchecked((long)id));
        }

        foreach (WekaAgent agent in thread.Agents)
        {
            Digest(agent.Time ?? -1);
            Digest(agent);
        }
    }

    private void Digest(double value) => Digest(BitConverter.DoubleToInt64Bits(value));

    private void Digest(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _digest.Append(bytes);
    }

    private enum Field
    {
        Other,
        Time,
        Input,
        Output,
        ApiTime,
        Ttft,
        Duration,
        Model,
        Stop,
        Type,
        AgentId,
        Status,
    }

    // The fields of a call or of the marker of a sub-agent, until it is known which it is.
    private sealed class Entry
    {
        public double? Time { get; set; }

        public double? ApiTime { get; set; }

        public double? Ttft { get; set; }

        public double? Duration { get; set; }

        public long? Input { get; set; }

        public long? Output { get; set; }

        public string? Model { get; set; }

        public string? Stop { get; set; }

        public string? Type { get; set; }

        public string? AgentId { get; set; }

        public string? Status { get; set; }

        public bool HasIds { get; set; }

        public WekaAgent? Agent { get; set; }
    }
}
