namespace AgentSim.Capacity;

/// <summary>
/// Finds the bound of what passes in a range of values. Up to 64 values are all evaluated; of more, first ever greater ones until the
/// outcome turns, then the middle between the two, and at last the neighbours of what was found. Limits are not monotone: with round
/// robin more workers have fewer cache hits. So a neighbour that fails sends the search on.
/// </summary>
internal sealed class CapacitySearch
{
    private readonly CapacityRange _range;
    private readonly bool _isMoreBetter;
    private readonly SortedDictionary<int, CapacityOutcome> _known = [];
    private readonly IEnumerator<int> _steps;

    /// <param name="range">The values.</param>
    /// <param name="isMoreBetter">True where more passes, as of workers; false where less does, as of load.</param>
    public CapacitySearch(CapacityRange range, bool isMoreBetter)
    {
        (_range, _isMoreBetter) = (range, isMoreBetter);
        _steps = (isMoreBetter ? Rising() : Falling()).GetEnumerator();
    }

    /// <summary>What is known, by the number of the value.</summary>
    public IReadOnlyDictionary<int, CapacityOutcome> Known => _known;

    /// <summary>
    /// The number of the answer: the least value of which it and all greater ones pass; where less is better, the greatest of which it
    /// and all smaller ones do. Null: there is none.
    /// </summary>
    public int? Answer
    {
        get
        {
            int? answer = null;
            foreach ((int index, CapacityOutcome outcome) in _isMoreBetter ? _known.Reverse() : _known)
            {
                if (outcome != CapacityOutcome.Passed) break;
                answer = index;
            }

            return answer;
        }
    }

    /// <summary>Values that pass although one between them and the answer does not.</summary>
    public IEnumerable<int> Breaks => _known.Where(point => point.Value == CapacityOutcome.Passed && (Answer is not { } answer
        || (_isMoreBetter ? point.Key < answer : point.Key > answer))).Select(point => point.Key);

    /// <summary>
    /// The one that the answer is one step away from, as far as it was evaluated; without an answer the best of the range.
    /// </summary>
    public int? OneStepBelow
    {
        get
        {
            if (_known.Count == 0) return null;
            if (Answer is not { } answer) return _isMoreBetter ? _known.Keys.Last() : _known.Keys.First();
            int below = _isMoreBetter ? answer - 1 : answer + 1;
            return _known.ContainsKey(below) ? below : null;
        }
    }

    /// <summary>The values to evaluate now; empty: the search is over.</summary>
    public IReadOnlyList<int> Next()
    {
        if (_range.IsEvaluatedWhole) return _known.Count > 0 ? [] : [.. Enumerable.Range(0, _range.Count)];
        while (_steps.MoveNext())
        {
            if (!_known.ContainsKey(_steps.Current)) return [_steps.Current];
        }

        return [];
    }

    /// <summary>What came of a value.</summary>
    public void Add(int index, CapacityOutcome outcome) => _known[index] = outcome;

    // Every value yielded is known when the search goes on.
    private bool Passes(int index) => _known[index] == CapacityOutcome.Passed;

    private IEnumerable<int> Rising()
    {
        int last = _range.Count - 1, below = -1, at = 0;
        while (true)
        {
            yield return at;
            if (!Passes(at))
            {
                if (at == last) yield break;
                (below, at) = (at, _range.Doubled(at));
                continue;
            }

            while (at - below > 1)
            {
                int middle = below + ((at - below) / 2);
                yield return middle;
                if (Passes(middle)) at = middle;
                else below = middle;
            }

            if (at == last) break;
            yield return at + 1;
            if (Passes(at + 1)) break;
            below = at + 1;
            if (below == last) yield break;
            at = _range.Doubled(below);
        }

        // What else is known, as the sizes of a curve, may have put the answer elsewhere.
        while (Answer is { } answer && answer > 0 && !_known.ContainsKey(answer - 1))
        {
            int failed = _known.Keys.LastOrDefault(index => index < answer, -1);
            yield return failed + ((answer - failed) / 2);
        }
    }

    private IEnumerable<int> Falling()
    {
        int last = _range.Count - 1, at = 0, above = last + 1;
        yield return 0;
        if (!Passes(0)) yield break;
        while (at < last)
        {
            int further = _range.Doubled(at);
            yield return further;
            if (!Passes(further))
            {
                above = further;
                break;
            }

            at = further;
        }

        while (true)
        {
            while (above - at > 1)
            {
                int middle = at + ((above - at) / 2);
                yield return middle;
                if (Passes(middle)) at = middle;
                else above = middle;
            }

            if (at == 0) yield break;
            yield return at - 1;
            if (Passes(at - 1)) yield break;
            above = at - 1;
            // The greatest below it that is known to pass: the first value does.
            at = _known.Last(point => point.Key < above && point.Value == CapacityOutcome.Passed).Key;
        }
    }
}
