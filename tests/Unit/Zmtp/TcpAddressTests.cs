using AgentSim.Zmtp;

namespace AgentSim.Tests.Zmtp;

public sealed class TcpAddressTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:20390", "127.0.0.1:20390")]
    [InlineData("tcp://localhost:1", "127.0.0.1:1")]
    [InlineData("tcp://*:20390", "0.0.0.0:20390")]
    [InlineData("tcp://10.0.0.7:*", "10.0.0.7:0")]
    [InlineData("TCP://[::1]:80", "[::1]:80")]
    public void Addresses_are_read_as_zeromq_writes_them(string address, string expected) =>
        Assert.Equal(expected, TcpAddress.Parse(address).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:20390")]
    [InlineData("ipc:///tmp/x")]
    [InlineData("tcp://")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://127.0.0.1:")]
    [InlineData("tcp://127.0.0.1:65536")]
    [InlineData("tcp://127.0.0.1:-1")]
    [InlineData("tcp://127.0.0.1:1/x")]
    [InlineData("tcp://127.1:1")]
    [InlineData("tcp://example.com:1")]
    [InlineData("tcp://[::1:1")]
    [InlineData("tcp://::1:1")]
    public void Anything_else_is_a_usage_error(string address)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => TcpAddress.Parse(address));
        Assert.Equal(("EndpointInvalid", FaultKind.Usage), (error.ErrorId, error.Kind));
    }
}
