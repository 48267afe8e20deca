#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and packages the AgentSim PowerShell module.
.DESCRIPTION
    Clean    removes what the other tasks made.
    Build    lays out out/AgentSim/<version>/, which can be copied as AgentSim/<version>/ into a folder of
             $env:PSModulePath. Also fills bin/, so that AgentSim.psd1 here can be imported, though without help.
    Test     runs the unit tests, and the Pester tests against the built module.
    Package  makes two packages of the built module: out/AgentSim.<version>.nupkg for repositories, and
             out/AgentSim-<version>.zip to unpack in a folder of $env:PSModulePath. Whoever signs the files of the module
             does so between Build and Package.
.EXAMPLE
    ./build.ps1 -Task Build, Test
#>
[CmdletBinding()]
param(
    # What to do; always in the order Clean, Build, Test, Package.
    [ArgumentCompletions('Clean', 'Build', 'Test', 'Package')]
    [string[]] $Task = @('Build'),

    # Configuration of the assemblies.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

# Other shells pass "Build,Test" as one text.
$tasks = 'Clean', 'Build', 'Test', 'Package'
$Task = @($Task -split ',' | ForEach-Object Trim)
$unknown = @($Task | Where-Object { $_ -notin $tasks })
if ($unknown) { throw "There is no task $($unknown -join ', '); the tasks are $($tasks -join ', ')." }

$manifest = Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/AgentSim.psd1"
$version = $manifest.ModuleVersion
$binFolder = "$PSScriptRoot/bin"
$outFolder = "$PSScriptRoot/out"
$moduleFolder = "$outFolder/AgentSim/$version"

# Work that loads the module is done in a process of its own, so that the next build can replace the assemblies.
$pwsh = [Environment]::ProcessPath

function Remove-Folder([string] $Path) {
    if (Test-Path -LiteralPath $Path) { Remove-Item -LiteralPath $Path -Recurse -Force }
}

function Invoke-Clean {
    Remove-Folder $binFolder
    Remove-Folder $outFolder
}

function Invoke-Build {
    $project = "$PSScriptRoot/src/AgentSim.PowerShell"
    $built = dotnet msbuild $project -getProperty:Version
    if ($built -ne $version) { throw "AgentSim.psd1 has version $version, but Directory.Build.props has $built; make them agree." }

    Remove-Folder $binFolder
    dotnet publish $project --configuration $Configuration --output $binFolder --nologo --verbosity quiet

    Remove-Folder "$outFolder/AgentSim"
    $null = New-Item -ItemType Directory -Path $moduleFolder
    Copy-Item -LiteralPath "$PSScriptRoot/AgentSim.psd1" -Destination $moduleFolder
    foreach ($file in $manifest.TypesToProcess + $manifest.FormatsToProcess) { Copy-Item -LiteralPath "$PSScriptRoot/$file" -Destination $moduleFolder }
    Copy-Item -LiteralPath $binFolder -Destination "$moduleFolder/bin" -Recurse
    & $pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/build/New-ModuleHelp.ps1" -Manifest "$moduleFolder/AgentSim.psd1" `
        -Source "$PSScriptRoot/docs/cmdlets" -Destination "$moduleFolder/en-US/AgentSim.PowerShell.dll-Help.xml"
    & "$PSScriptRoot/build/New-AboutHelp.ps1" -Source "$PSScriptRoot/docs/about" -Destination "$moduleFolder/en-US"
    $null = Test-ModuleManifest -Path "$moduleFolder/AgentSim.psd1"
    Write-Host "Built $moduleFolder"
}

function Assert-Built {
    if (-not (Test-Path -LiteralPath "$moduleFolder/AgentSim.psd1")) { throw 'The module is not built; run ./build.ps1 -Task Build first.' }
}

function Invoke-Test {
    Assert-Built
    dotnet test "$PSScriptRoot/tests/Unit" --configuration $Configuration --nologo
    & $pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/build/Invoke-PesterTests.ps1" -Module "$moduleFolder/AgentSim.psd1" `
        -Path "$PSScriptRoot/tests/Pester,$PSScriptRoot/samples"
}

function Invoke-Package {
    Assert-Built
    $zip = "$outFolder/AgentSim-$version.zip"
    Compress-Archive -Path "$outFolder/AgentSim" -DestinationPath $zip -Force
    Write-Host "Packaged $zip"
    & "$PSScriptRoot/build/New-NuGetPackage.ps1" -Manifest "$moduleFolder/AgentSim.psd1" -Destination $outFolder
    Write-Host "Packaged $outFolder/AgentSim.$version.nupkg"
}

foreach ($name in $tasks) {
    if ($name -in $Task) { & "Invoke-$name" }
}
