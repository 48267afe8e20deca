using System.Diagnostics;

namespace AgentSim.Proxy;

/// <summary>
/// The body of an answer on its way to the client: every piece is passed on at once, and looked at on the way. Where
/// usage was asked for on behalf of the client, events are passed on as they are complete.
/// </summary>
/// <param name="client">Takes the answer.</param>
/// <param name="facts">Takes what the answer says.</param>
internal sealed class ResponseTap(Stream client, ResponseFacts facts) : Stream
{
    private const int LongestEvent = 16 << 20;
    private const int LongestAnswer = 16 << 20;

    private readonly EventStream _events = new(LongestEvent);
    private readonly MemoryStream _answer = new();
    private readonly MemoryStream _out = new();
    private long _time;

    /// <summary>What to look for.</summary>
    public TapMode Mode { get; set; } = TapMode.Blind;

    /// <summary>Whether the answer could be understood as far as it came.</summary>
    public bool IsReadable { get; private set; } = true;

    /// <summary>Why an answer is not looked at, one of <see cref="SkipKinds"/>.</summary>
    public string Skip { get; set; } = SkipKinds.AnswerOther;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Called when the answer came to its end: passes on what was held back, and looks at answers as a whole.</summary>
    /// <returns>False if the client is gone.</returns>
    public async Task<bool> EndAsync(CancellationToken cancel)
    {
        if (Mode == TapMode.Answer && IsReadable && _answer.Length > 0)
            Look(_answer.GetBuffer().AsMemory(0, (int)_answer.Length), isChunk: false);
        if (Mode != TapMode.FilteredEvents || _events.IsLost || _events.Rest.IsEmpty) return true;
        try
        {
            await client.WriteAsync(_events.Rest, cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _time = Stopwatch.GetTimestamp();
        if (Mode == TapMode.FilteredEvents && !_events.IsLost)
        {
            // One write for all events that came together.
            _out.SetLength(0);
            _events.Add(buffer.Span, Filter);
            if (_events.IsLost) GiveUp();
            if (_out.Length > 0) await client.WriteAsync(_out.GetBuffer().AsMemory(0, (int)_out.Length), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        await client.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (Mode == TapMode.Events && !_events.IsLost)
        {
            _events.Add(buffer.Span, whole => Look(EventStream.Data(whole), isChunk: true));
            if (_events.IsLost) (IsReadable, Skip) = (false, SkipKinds.AnswerTooLong);
        }
        else if (Mode == TapMode.Answer && IsReadable)
        {
            _answer.Write(buffer.Span);
            if (_answer.Length > LongestAnswer) Forget();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task FlushAsync(CancellationToken cancellationToken) => client.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Filter(ReadOnlyMemory<byte> whole)
    {
        ReadOnlyMemory<byte> data = EventStream.Data(whole);
        Look(data, isChunk: true);
        _out.Write(UsageFilter.Apply(whole, data).Span);
    }

    // Lets go what was held back; from here on everything passes as it is.
    private void GiveUp()
    {
        (IsReadable, Skip) = (false, SkipKinds.AnswerTooLong);
        _out.Write(_events.Rest.Span);
    }

    private void Forget()
    {
        (IsReadable, Skip) = (false, SkipKinds.AnswerTooLong);
        _answer.SetLength(0);
        _answer.Capacity = 0;
    }

    private void Look(ReadOnlyMemory<byte> json, bool isChunk)
    {
        if (json.IsEmpty || json.Span.SequenceEqual("[DONE]"u8)) return;
        try
        {
            facts.Add(json, _time, isChunk);
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            // A chunk that nobody understands changes nothing for the client.
            if (!isChunk) IsReadable = false;
        }
    }
}

/// <summary>What a <see cref="ResponseTap"/> looks for.</summary>
internal enum TapMode
{
    /// <summary>Nothing.</summary>
    Blind,

    /// <summary>Server-sent events.</summary>
    Events,

    /// <summary>Server-sent events, of which those about usage are not passed on.</summary>
    FilteredEvents,

    /// <summary>One JSON object.</summary>
    Answer,
}
