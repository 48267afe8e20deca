using System.Net;
using System.Net.Http.Headers;
using System.Security;

namespace AgentSim.Live;

/// <summary>The key that a server asks for. No text of this object, of an error or of a report ever has it.</summary>
public sealed class ApiKey
{
    private readonly string _value;

    private ApiKey(string value)
    {
        // Only such characters can stand in the header of a request.
        foreach (char unit in value)
        {
            if (unit is < '!' or > '~') throw Errors.LiveKeyInvalid.Error("the API key has a character that no key has, as a line end");
        }

        _value = value;
    }

    /// <summary>The key in an environment variable.</summary>
    /// <param name="variable">Name of the variable.</param>
    /// <exception cref="AgentSimException"><c>LiveKeyInvalid</c>: it is not set, or holds no key.</exception>
    public static ApiKey FromEnvironment(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? new ApiKey(value.Trim())
            : throw Errors.LiveKeyInvalid.Error($"the environment variable {Quote.Of(variable)}, which is to hold the API key, is not set");

    /// <summary>The key in a secure string.</summary>
    /// <param name="value">The key.</param>
    public static ApiKey FromSecureString(SecureString value) => new(new NetworkCredential("", value).Password);

    /// <summary>Three stars.</summary>
    public override string ToString() => "***";

    internal AuthenticationHeaderValue Header => new("Bearer", _value);

    /// <summary>A text of the server without the key, which some servers repeat.</summary>
    internal string Hide(string text) => text.Replace(_value, "***", StringComparison.Ordinal);
}
