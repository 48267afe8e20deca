using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AgentSim.Live;

/// <summary>The bodies of requests.</summary>
/// <param name="settings">Where they go.</param>
/// <param name="prompts">Writes prompts.</param>
/// <param name="cacheSalt">Keeps other runs' prompts out of the cache; null: is not sent.</param>
/// <param name="wantsIds">Whether the server is to give the ids of its outputs.</param>
internal sealed class RequestBody(LiveSettings settings, PromptWriter prompts, string? cacheSalt, bool wantsIds = false)
{
    private readonly byte[] _model = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(settings.Model)}\"");

    /// <summary>Path of the requests below the server.</summary>
    public string Path => settings.PromptMode == PromptMode.Text ? "v1/chat/completions" : "v1/completions";

    /// <summary>The body of a request for just so many tokens.</summary>
    public ReadOnlyMemory<byte> Of(List<PromptPiece> pieces, int outputTokens)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        body.Write("{\"model\":"u8);
        body.Write(_model);
        if (settings.PromptMode == PromptMode.Text)
        {
            body.Write(",\"messages\":[{\"role\":\"user\",\"content\":\""u8);
            prompts.Text(pieces, body);
            body.Write("\"}]"u8);
        }
        else
        {
            body.Write(",\"prompt\":["u8);
            prompts.Ids(pieces, body);
            body.Write("]"u8);
        }

        string count = Math.Max(1, outputTokens).ToString(CultureInfo.InvariantCulture);
        string rest = $",\"max_tokens\":{count},\"min_tokens\":{count},\"ignore_eos\":true,\"stream\":true,"
            + "\"stream_options\":{\"include_usage\":true}" + (wantsIds ? ",\"return_token_ids\":true" : "")
            + (cacheSalt is null ? "}" : $",\"cache_salt\":\"{cacheSalt}\"}}");
        Encoding.ASCII.GetBytes(rest, body);
        return body.WrittenMemory;
    }
}
