# Dot-sourced by tests of remoting: real SSH servers on this machine, each of which stands for a machine of its own, with its own
# folder for temporary files. Only where OpenSSH's sshd is, which apt-get install openssh-server brings.
$Sshd = (Get-Command sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
if (-not $Sshd -and (Test-Path /usr/sbin/sshd)) { $Sshd = '/usr/sbin/sshd' }
$HasSshd = $Sshd -and (Get-Command ssh, ssh-keygen -CommandType Application -ErrorAction Ignore).Count -ge 2
if (-not $HasSshd) { Write-Warning '*** sshd was not found: sweeps on several machines over SSH are NOT tested. ***' }

# Starts a server whose sessions find the modules of $ModulePath; Close-Machine ends it.
function Open-Machine([string] $Folder, [string] $ModulePath) {
    $null = New-Item -ItemType Directory -Path $Folder, "$Folder/tmp" -Force
    foreach ($key in 'host', 'user') { & ssh-keygen -q -t ed25519 -N '' -f "$Folder/$key" }
    Copy-Item "$Folder/user.pub" "$Folder/authorized"
    # As root, sshd wants this folder, which only the service makes.
    if ([Environment]::UserName -eq 'root') { $null = New-Item -ItemType Directory -Path /run/sshd -Force }
    $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $program = if ([IO.Path]::GetFileNameWithoutExtension([Environment]::ProcessPath) -eq 'dotnet') {
        "$([Environment]::ProcessPath) $PSHOME/pwsh.dll"
    }
    else { [Environment]::ProcessPath }
    Set-Content "$Folder/config" @"
Port $port
ListenAddress 127.0.0.1
HostKey $Folder/host
AuthorizedKeysFile $Folder/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
SetEnv PSModulePath=$ModulePath TMPDIR=$Folder/tmp DOTNET_ROOT=$env:DOTNET_ROOT POWERSHELL_TELEMETRY_OPTOUT=1
Subsystem powershell $program -sshs -NoLogo -NoProfile
"@
    # -e -D: it stays in front and says on its error output what happens.
    $server = Start-Process $Sshd "-D -e -f $Folder/config" -PassThru -RedirectStandardError "$Folder/log" -RedirectStandardOutput "$Folder/out"
    $deadline = [datetime]::UtcNow.AddSeconds(30)
    while (-not ((Get-Content "$Folder/log" -ErrorAction Ignore) -match 'listening')) {
        if ($server.HasExited -or [datetime]::UtcNow -gt $deadline) { throw "sshd did not start: $(Get-Content "$Folder/log" -Raw)" }
        Start-Sleep -Milliseconds 50
    }
    [pscustomobject]@{ Folder = $Folder; Port = $port; Server = $server }
}

# A session on such a machine.
function New-MachineSession($Machine) {
    New-PSSession -HostName 127.0.0.1 -Port $Machine.Port -UserName ([Environment]::UserName) -KeyFilePath "$($Machine.Folder)/user" -Options @{
        StrictHostKeyChecking = 'no'; UserKnownHostsFile = "$($Machine.Folder)/known"; LogLevel = 'ERROR'; IdentitiesOnly = 'yes'
    } -ErrorAction Stop
}

# Ends the server and all its sessions.
function Close-Machine($Machine) {
    if (-not $Machine) { return }
    & kill -TERM $Machine.Server.Id 2>$null
    $null = $Machine.Server.WaitForExit(10000)
}
