using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace AgentSim.Proxy;

/// <summary>A web server that takes no more connections than the process can have.</summary>
internal static class GatedServer
{
    /// <summary>Begins to build one.</summary>
    /// <param name="configure">Says where it listens, behind a <see cref="ConnectionGate"/>, and what its limits are.</param>
    /// <param name="connections">Connections of clients at a time.</param>
    public static WebApplicationBuilder Builder(Action<KestrelServerOptions> configure, int connections)
    {
        // Nothing of the environment or of files configures it.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(configure);
        builder.Services.RemoveAll<IConnectionListenerFactory>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => new GatedListenerFactory(
            ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), connections + ConnectionLimits.Slack));
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        return builder;
    }

    /// <summary>Signals are the business of the program.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
