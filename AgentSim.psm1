# Loads the assemblies: those of bin/PLATFORM, which are compiled ahead of time, where there are some for this platform;
# else the portable ones of bin, which do the same but are compiled while they run. A manifest cannot choose.
$system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
$platform = "$system-$([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant()
# Systems with another C library have another name.
if ([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier -like '*musl*') { $platform += '-musl' }
$folder = "$PSScriptRoot/bin/$platform"
if (-not [IO.File]::Exists("$folder/AgentSim.PowerShell.dll")) { $folder = "$PSScriptRoot/bin" }

# Loaded here, so that scripts know its types by name before a cmdlet has run.
$null = [Reflection.Assembly]::LoadFrom("$folder/AgentSim.Core.dll")
Import-Module "$folder/AgentSim.PowerShell.dll"

# Loaded by its name, for sessions that load no module by themselves ($PSModuleAutoLoadingPreference).
Import-Module Microsoft.PowerShell.Utility
# Not in the manifest, because that reads them before the assemblies are there. A second copy of the module has the same.
Update-TypeData -AppendPath "$PSScriptRoot/AgentSim.Types.ps1xml" -ErrorAction Ignore
$ExecutionContext.SessionState.Module.OnRemove = { Remove-TypeData -Path "$PSScriptRoot/AgentSim.Types.ps1xml" -ErrorAction Ignore }
