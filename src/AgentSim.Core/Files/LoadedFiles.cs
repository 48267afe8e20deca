namespace AgentSim.Files;

/// <summary>
/// What the files hold that configurations name: each is read once, however many configurations of one call name it. Not to be
/// used by several threads at the same time.
/// </summary>
public sealed class LoadedFiles
{
    private readonly Dictionary<(Type Kind, string Path), object> _values = [];

    /// <summary>What a file holds.</summary>
    /// <typeparam name="T">What is made of it; a file can be read as several things.</typeparam>
    /// <param name="path">The file, as it is written in the configuration.</param>
    /// <param name="read">Reads it; what it throws is thrown here, and nothing is kept.</param>
    internal T Get<T>(string path, Func<string, T> read)
        where T : class
    {
        if (_values.TryGetValue((typeof(T), path), out object? known)) return (T)known;
        T value = read(path);
        _values.Add((typeof(T), path), value);
        return value;
    }
}
