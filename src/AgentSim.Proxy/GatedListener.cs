using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace AgentSim.Proxy;

/// <summary>
/// Makes listeners that take a connection only when there is a descriptor for it: while there are as many as allowed – those that are
/// just being closed included –, clients wait to be taken.
/// </summary>
/// <param name="inner">Makes the real listeners.</param>
/// <param name="most">Connections there can be.</param>
internal sealed class GatedListenerFactory(IConnectionListenerFactory inner, int most) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new GatedListener(await inner.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), most);
}

/// <summary>A listener that takes a connection only when there is a descriptor for it.</summary>
internal sealed class GatedListener(IConnectionListener inner, int most) : IConnectionListener
{
    private readonly SemaphoreSlim _free = new(most);
    private readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _free.WaitAsync(_unbound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        if (await inner.AcceptAsync(cancellationToken).ConfigureAwait(false) is { } connection) return new Connection(connection, _free);
        _free.Release();
        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync().ConfigureAwait(false);
        await inner.UnbindAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _unbound.Dispose();
        return inner.DisposeAsync();   // the semaphore has nothing to free, and connections may end later
    }

    /// <summary>A connection that gives its place back when it is gone.</summary>
    private sealed class Connection(ConnectionContext inner, SemaphoreSlim free) : ConnectionContext
    {
        private bool _isGone;

        public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

        public override IDuplexPipe Transport { get => inner.Transport; set => inner.Transport = value; }

        public override EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

        public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override void Abort() => inner.Abort();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
            if (!Interlocked.Exchange(ref _isGone, true)) free.Release();
        }
    }
}
