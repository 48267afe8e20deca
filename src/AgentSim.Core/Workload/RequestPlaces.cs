using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>Where requests were read, for messages about single ones.</summary>
internal sealed class RequestPlaces
{
    private readonly string[] _files;
    private readonly int[] _file;   // by request
    private readonly int[] _line;

    private RequestPlaces(string[] files, int[] file, int[] line, int copies = 1) =>
        (_files, _file, _line, Count) = (files, file, line, line.Length * copies);

    public int Count { get; }

    public RowOrigin this[int request] => new(_files[_file[request % _file.Length]], _line[request % _line.Length]);

    /// <summary>The places of copies that follow each other: those of what was copied.</summary>
    public RequestPlaces Repeated(int copies) => new(_files, _file, _line, copies);

    /// <summary>Collects the places row by row.</summary>
    public struct Collector
    {
        private List<string>? _files;
        private Column<int> _file;
        private Column<int> _line;

        public void Add(RowOrigin place)
        {
            _files ??= [];
            // Rows of a file follow each other; those of a trace with several shards may not.
            int file = _files.Count > 0 && _files[^1] == place.Path ? _files.Count - 1 : _files.IndexOf(place.Path);
            if (file < 0)
            {
                file = _files.Count;
                _files.Add(place.Path);
            }

            _file.Add(file);
            _line.Add((int)Math.Min(place.Line, int.MaxValue));
        }

        public readonly RequestPlaces Build(int[]? requestOf = null) => new([.. _files ?? []],
            requestOf is null ? _file.ToArray() : _file.Arranged(requestOf),
            requestOf is null ? _line.ToArray() : _line.Arranged(requestOf));
    }
}
