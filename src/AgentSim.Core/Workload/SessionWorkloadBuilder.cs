using System.Globalization;
using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// Builds a workload of sessions from rows in file order: mooncake, mooncake-delta, applied-compute sessions and
/// standard request traces (behaviour 01#6.2, 01#6.3 and 01#6.5).
/// </summary>
internal sealed class SessionWorkloadBuilder(TraceFormat format, int traceBlockSize) : IWorkloadBuilder
{
    private readonly RowColumns _rows = new(traceBlockSize);
    private Column<double> _delay;
    private Column<double> _firstArrival;    // by session, NaN where there is none
    private Column<double> _lastTimestamp;   // by session, NaN where there is none
    private Column<int> _turns;              // by session

    public void Add(MooncakeRow row, RowPlace place)
    {
        int session = _rows.SessionNumber(row, place, out bool isFirst);
        if (isFirst)
        {
            _firstArrival.Add(row.Timestamp ?? double.NaN);
            _lastTimestamp.Add(double.NaN);
            _turns.Add(0);
        }

        double delay = isFirst ? FirstDelay(row, place) : TurnDelay(row, place, _lastTimestamp[session]);
        _rows.Add(row, place, session);
        _delay.Add(delay);
        int last = _rows.Count - 1;
        if (_rows.InputLength[last] == 0)
            throw place.Error(Errors.RowInvalid, "the prompt is empty; input_length and hash_ids must hold at least one token");
        if (row.Timestamp is double time) _lastTimestamp[session] = time;
        _turns[session]++;
    }

    public ReplayWorkload Build(IReadOnlyList<WorkloadInput> inputs)
    {
        int[] sessionStart = new int[_turns.Count + 1];
        for (int session = 0; session < _turns.Count; session++) sessionStart[session + 1] = sessionStart[session] + _turns[session];

        // Requests are the rows by session; rows of one session keep their order.
        int[] next = sessionStart[..^1];
        int[] requestOf = new int[_rows.Count];
        for (int row = 0; row < requestOf.Length; row++) requestOf[row] = next[_rows.Session[row]]++;

        _rows.Seal();
        return new ReplayWorkload(new WorkloadColumns
        {
            Format = format,
            TraceBlockSize = _rows.TraceBlockSize,
            Inputs = inputs,
            Trie = _rows.Trie,
            PathStart = _rows.PathStart.Arranged(requestOf),
            PathEnd = _rows.PathEnd.Arranged(requestOf),
            InputLength = _rows.InputLength.Arranged(requestOf),
            OutputLength = _rows.OutputLength.Arranged(requestOf),
            Delay = _delay.Arranged(requestOf),
            SessionOf = _rows.Session.Arranged(requestOf),
            AuthoredOutput = _rows.AuthoredOutput(row => requestOf[row]),
            QueueAttributes = _rows.Queueing(row => requestOf[row]),
            SessionNames = _rows.SessionNames,
            SessionStart = sessionStart,
            Places = _rows.Places.Build(requestOf),
            FirstArrival = _firstArrival.ToArray(),
        });
    }

    private static double FirstDelay(MooncakeRow row, RowPlace place) =>
        row.Delay is null or 0.0 ? 0.0 : throw place.Error(Errors.RowInvalid,
            "the first turn of a session cannot have a delay; give a timestamp instead");

    private static double TurnDelay(MooncakeRow row, RowPlace place, double lastTimestamp)
    {
        double delay = row.Delay ?? (row.Timestamp is double time ? time - lastTimestamp : 0.0);
        if (row.Delay is null && double.IsNaN(delay))
            throw place.Error(Errors.RowInvalid, "no earlier turn of the session has a timestamp to count from; give a delay instead");
        return double.IsFinite(delay) && delay >= 0 ? delay : throw place.Error(Errors.RowInvalid, string.Create(
            CultureInfo.InvariantCulture,
                $"the delay {delay:R} ms after the previous turn is not a finite number from 0; put the turns in time order"));
    }
}
