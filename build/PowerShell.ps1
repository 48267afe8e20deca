# Dot-sourced by what starts another PowerShell: Invoke-PowerShell runs the one that is running here, however it was installed.
# An ordinary PowerShell is a program of its own; as a .NET tool, local or global, it is a library that dotnet runs.
function Invoke-PowerShell {
    $program, $first = [Environment]::ProcessPath, @()
    if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { $first = @("$PSHOME/pwsh.dll") }
    & $program @first @args
}
