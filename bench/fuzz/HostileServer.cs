using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace AgentSim.Fuzz;

/// <summary>A server on loopback that answers as the files of a case say, whatever it is asked.</summary>
internal sealed partial class HostileServer : IDisposable
{
    /// <summary>Stands in arguments for the port.</summary>
    public const string Port = "{port}";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Case _call;
    private readonly Task _work;

    public HostileServer(Case call)
    {
        _call = call;
        _listener.Start(200);
        _work = Accept();
    }

    /// <summary>Whether a case needs one.</summary>
    public static bool IsFor(Case call) => call.Arguments.Any(argument => argument.Contains(Port, StringComparison.Ordinal));

    /// <summary>The arguments with the port in its place.</summary>
    public string[] Arguments => [.. _call.Arguments.Select(argument => argument.Replace(Port,
        ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal))];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _work.Wait();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        List<Task> answers = [];
        try
        {
            while (true) answers.Add(Answer(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task Answer(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                string asked = await Asked(stream);
                string kind = asked.Contains(" /v1/models ", StringComparison.Ordinal) ? "models"
                    : asked.Contains(" /metrics ", StringComparison.Ordinal) ? "metrics" : "model";
                string? name = _call.Files.Keys.FirstOrDefault(file => file.StartsWith(kind + ".", StringComparison.Ordinal)
                    && file.EndsWith(Wire.Answers, StringComparison.Ordinal));
                if (name is null) return;
                byte[] answer = _call.Files[name];
                // In two pieces, so that what belongs together comes apart.
                await stream.WriteAsync(answer.AsMemory(0, answer.Length / 2), _stop.Token);
                await stream.WriteAsync(answer.AsMemory(answer.Length / 2), _stop.Token);
                if (name.Contains(Wire.Stalls, StringComparison.Ordinal)) await Task.Delay(Timeout.Infinite, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                // What is still unread would make the end of the connection an abrupt one.
                byte[] rest = new byte[4096];
                while (await stream.ReadAsync(rest, _stop.Token) > 0)
                {
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The client has gone, or the run is over.
            }
        }
    }

    private async Task<string> Asked(NetworkStream stream)
    {
        var read = new StringBuilder();
        byte[] buffer = new byte[65536];
        while (true)
        {
            int count = await stream.ReadAsync(buffer, _stop.Token);
            read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            string text = read.ToString();
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            Match length = Length().Match(text);
            int body = length.Success ? int.Parse(length.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
            if (count == 0 || (end >= 0 && text.Length - end - 4 >= body)) return text;
        }
    }

    [GeneratedRegex("Content-Length: ([0-9]+)")]
    private static partial Regex Length();
}
