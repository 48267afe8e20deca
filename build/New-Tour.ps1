# Runs the tour and writes it with what it shows: the blocks of PowerShell of a Markdown file are run one after the other in
# one session, in a folder that holds nothing but samples/, and the block of text after each becomes what it shows.
#   dotnet pwsh build/New-Tour.ps1 -Manifest out/AgentSim/0.1.0/AgentSim.psd1 -Source docs/tour.md -Destination docs/tour.md
[CmdletBinding()]
param(
    # Manifest of the built module.
    [Parameter(Mandatory)] [string] $Manifest,

    # The Markdown file.
    [Parameter(Mandatory)] [string] $Source,

    # The file to write.
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Resolve-Path -LiteralPath $Manifest).Path
$PSStyle.OutputRendering = 'PlainText'
[cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture

# What a block shows in 100 columns. It runs in the global scope, as if it were typed.
function Get-Shown([string] $Code) {
    Set-StrictMode -Off
    $shown = . ([scriptblock]::Create($Code)) *>&1 | Out-String -Width 100
    # The only numbers that differ from run to run are those of the computation itself.
    $shown = $shown -replace 'computed in [\d,]+ ms', 'computed in ... ms'
    (($shown -split '\r?\n').TrimEnd() -join "`n").Trim("`n")
}

$text = [IO.File]::ReadAllText((Resolve-Path -LiteralPath $Source).Path) -replace "`r"
$folder = [IO.Directory]::CreateTempSubdirectory('agentsim-').FullName
Copy-Item -LiteralPath "$PSScriptRoot/../samples" -Destination $folder -Recurse
Push-Location $folder
try {
    $parts = [Collections.Generic.List[string]]::new()
    $at = 0
    $fence = '```'
    foreach ($block in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```\n(\n```text\n.*?^```\n)?')) {
        $parts.Add($text.Substring($at, $block.Index - $at))
        $code = $block.Groups[1].Value
        $shown = . Get-Shown $code
        $parts.Add("${fence}powershell`n$code$fence`n")
        if ($shown) { $parts.Add("`n${fence}text`n$shown`n$fence`n") }
        $at = $block.Index + $block.Length
    }
    $parts.Add($text.Substring($at))
}
finally {
    Pop-Location
    Remove-Item -LiteralPath $folder -Recurse -Force
}
$Destination = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Destination)
[IO.File]::WriteAllText($Destination, -join $parts)
