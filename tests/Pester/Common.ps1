# Dot-sourced by the tests. The module is imported by whoever runs them: see build.ps1, task Test.
. "$PSScriptRoot/../../build/PowerShell.ps1"
$Root = (Resolve-Path "$PSScriptRoot/../..").Path
$Sample = "$Root/samples/agent-small.trace.jsonl.gz"
$Data = "$PSScriptRoot/Data"
$Manifest = "$((Get-Module AgentSim).ModuleBase)/AgentSim.psd1"

# The text of a request record.
function Get-RequestLine([string] $Id, [string] $Session = 's', [long] $Received = 1000, [int] $Blocks = 2, [int] $BlockSize = 16) {
    @{
        schema = 'dynamo.request.trace.v1'; event_type = 'request_end'; event_time_unix_ms = $Received + 100; event_source = 'dynamo'
        agent_context = @{ session_id = $Session }
        request = @{
            request_id = $Id; output_tokens = 5; request_received_ms = $Received; total_time_ms = 100.0
            replay = @{ trace_block_size = $BlockSize; input_length = $Blocks * $BlockSize; input_sequence_hashes = @(1..$Blocks) }
        }
    } | ConvertTo-Json -Depth 9 -Compress
}

# The public types of Core that cmdlets return, and those of their properties.
function Get-ReturnedType {
    $types = [System.Collections.Generic.HashSet[type]]::new()
    $open = [System.Collections.Generic.Queue[type]]::new()
    foreach ($cmdlet in Get-Command -Module AgentSim -CommandType Cmdlet) {
        foreach ($output in $cmdlet.OutputType.Type) { if ($output) { $open.Enqueue($output) } }
    }
    while ($open.Count) {
        $type = $open.Dequeue()
        foreach ($part in @($type) + $type.GetGenericArguments() + @($type.GetElementType())) {
            if ($null -eq $part -or $part.Assembly.GetName().Name -ne 'AgentSim.Core' -or $part.IsEnum -or $part.IsAbstract -or -not $part.IsPublic) { continue }
            if ($part.Name -eq 'InertOptions') { continue }   # the options in it are seen as properties
            if ([exception].IsAssignableFrom($part) -or -not $types.Add($part)) { continue }
            foreach ($property in $part.GetProperties()) { $open.Enqueue($property.PropertyType) }
        }
    }
    $types
}

# Runs a script in a session of its own and stops it once $When is true of that session; returns its final state.
function Stop-WhenRunning([string] $Script, [scriptblock] $When) {
    $session = [powershell]::Create()
    try {
        $null = $session.AddScript("Import-Module '$Manifest'; $Script")
        $running = $session.BeginInvoke()
        $deadline = [datetime]::UtcNow.AddMinutes(2)
        while (-not (& $When $session)) {
            if ($running.IsCompleted) { throw "The script ended before it could be stopped: $($session.Streams.Error)" }
            if ([datetime]::UtcNow -gt $deadline) { throw 'The script did not get going.' }
            Start-Sleep -Milliseconds 20
        }
        $stop = $session.BeginStop($null, $null)
        if (-not $stop.AsyncWaitHandle.WaitOne([timespan]::FromMinutes(1))) { throw 'The script did not stop.' }
        $session.InvocationStateInfo.State
    }
    finally {
        $session.Dispose()
    }
}
