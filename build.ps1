#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and packages the AgentSim PowerShell module.
.DESCRIPTION
    Needs the .NET 10 SDK and PowerShell 7.6, which may be the .NET tool of this repository:

        dotnet tool restore
        dotnet pwsh build.ps1 -Task Build,Test

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
    [ArgumentCompleter({ 'Clean', 'Build', 'Test', 'Package' })]
    [string[]] $Task = @('Build'),

    # Configuration of the assemblies.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # Platforms for which the assemblies are compiled ahead of time, besides the portable ones; "this" is that of this machine.
    # By default those of packages, with the tasks Test and Package, and else the one of this machine.
    [string[]] $Runtime,

    # Version of Pester to test with; 6.2.0 works, too. It is restored into .packages/.
    [string] $PesterVersion = '5.7.1'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

# What keeps the build from going on, in one line. (A "throw" would show four, and this script with it.)
function Write-Problem([string] $Message) { [Console]::Error.WriteLine("build.ps1: $Message") }

# Checked here instead of with #requires, which would not say where to get it. This far, Windows PowerShell reads the script, too.
if ($PSVersionTable.PSVersion -lt [version] '7.6') {
    Write-Problem "this is PowerShell $($PSVersionTable.PSVersion), and AgentSim needs 7.6; run: dotnet tool restore; dotnet pwsh build.ps1"
    exit 1
}
if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
    Write-Problem 'dotnet was not found; install the .NET 10 SDK and add its folder to PATH'
    exit 1
}

# Other shells pass "Build,Test" as one text.
$tasks = 'Clean', 'Build', 'Test', 'Package'
$Task = @($Task -split ',' | ForEach-Object Trim)
$unknown = @($Task | Where-Object { $_ -notin $tasks })
if ($unknown) {
    Write-Problem "there is no task $($unknown -join ', '); the tasks are $($tasks -join ', ')"
    exit 1
}

$platforms = 'linux-x64', 'osx-arm64', 'win-x64'
if (-not $Runtime) { $Runtime = if ('Test' -in $Task -or 'Package' -in $Task) { $platforms + 'this' } else { 'this' } }
$Runtime = @($Runtime -split ',' | ForEach-Object Trim)

# Work that loads the module is done in a process of its own, so that the next build can replace the assemblies.
. "$PSScriptRoot/build/PowerShell.ps1"

$manifest = Import-PowerShellDataFile -LiteralPath "$PSScriptRoot/AgentSim.psd1"
$version = $manifest.ModuleVersion
$binFolder = "$PSScriptRoot/bin"
$listViews = 'AgentSim.Lists.Format.ps1xml'   # made, as bin/ is
$outFolder = "$PSScriptRoot/out"
$moduleFolder = "$outFolder/AgentSim/$version"

# The steps are long, the first time most of all; each says what it does before it does it.
function Write-Step([string] $Message) { Write-Host "== $Message" }

function Remove-Folder([string] $Path) {
    if (Test-Path -LiteralPath $Path) { Remove-Item -LiteralPath $Path -Recurse -Force }
}

function Invoke-Clean {
    Remove-Folder $binFolder
    Remove-Folder $outFolder
    Remove-Item -LiteralPath "$PSScriptRoot/$listViews" -ErrorAction Ignore
}

function Invoke-Build {
    $project = "$PSScriptRoot/src/AgentSim.PowerShell"
    $built = dotnet msbuild $project -getProperty:Version
    if ($built -ne $version) { throw "AgentSim.psd1 has version $version, but Directory.Build.props has $built; make them agree." }

    Write-Step 'Compiling the module (the first time: some minutes, with the packages it needs)'
    Remove-Folder $binFolder
    dotnet publish $project --configuration $Configuration --output $binFolder --nologo --verbosity minimal

    Write-Step "Compiling it ahead of time for $($Runtime -replace '^this$', 'this machine' -join ', ')"
    & "$PSScriptRoot/build/New-ReadyToRun.ps1" -Folder $binFolder -Runtime $Runtime

    Write-Step 'Laying it out, and making its list views and help'
    Invoke-PowerShell -NoProfile -NonInteractive -File "$PSScriptRoot/build/New-ListViews.ps1" -Assemblies $binFolder -Source $PSScriptRoot `
        -Destination "$PSScriptRoot/$listViews"
    Remove-Folder "$outFolder/AgentSim"
    $null = New-Item -ItemType Directory -Path $moduleFolder
    $files = @('AgentSim.psd1', $manifest.RootModule, 'AgentSim.Types.ps1xml') + $manifest.FormatsToProcess +
        @('CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'licenses')
    foreach ($file in $files) { Copy-Item -LiteralPath "$PSScriptRoot/$file" -Destination $moduleFolder -Recurse }
    Copy-Item -LiteralPath $binFolder -Destination "$moduleFolder/bin" -Recurse
    Invoke-PowerShell -NoProfile -NonInteractive -File "$PSScriptRoot/build/New-ModuleHelp.ps1" -Manifest "$moduleFolder/AgentSim.psd1" `
        -Source "$PSScriptRoot/docs/cmdlets" -Destination "$moduleFolder/en-US/AgentSim.PowerShell.dll-Help.xml"
    & "$PSScriptRoot/build/New-AboutHelp.ps1" -Source "$PSScriptRoot/docs/about" -Destination "$moduleFolder/en-US"
    $null = Test-ModuleManifest -Path "$moduleFolder/AgentSim.psd1"
    Write-Host "Built $moduleFolder"
}

function Assert-Built {
    if (-not (Test-Path -LiteralPath "$moduleFolder/AgentSim.psd1")) { throw 'the module is not built; run ./build.ps1 -Task Build first' }
}

# The manifest of Pester: of the version that was asked for, restored as a package the first time; else of an installed one.
function Get-PesterManifest {
    $path = "$PSScriptRoot/.packages/pester/$PesterVersion/tools/Pester.psd1"
    if (Test-Path -LiteralPath $path) { return $path }
    Write-Step "Restoring Pester $PesterVersion"
    $PSNativeCommandUseErrorActionPreference = $false
    $said = dotnet restore "$PSScriptRoot/build/pester" --verbosity quiet --packages "$PSScriptRoot/.packages" `
        "-p:PesterVersion=$PesterVersion" 2>&1
    if (Test-Path -LiteralPath $path) { return $path }
    $installed = Get-Module Pester -ListAvailable | Where-Object Version -GE ([version] '5.5') | Sort-Object Version | Select-Object -Last 1
    if (-not $installed) {
        throw "Pester $PesterVersion cannot be restored; add a feed that has it (dotnet nuget add source), " +
            "or install it (Install-PSResource Pester): $said"
    }
    Write-Host "Pester $PesterVersion cannot be restored; the tests run with the installed $($installed.Version)"
    $installed.Path
}

# Both suites run, whatever comes of the first.
function Invoke-Test {
    Assert-Built
    $pester = Get-PesterManifest
    $PSNativeCommandUseErrorActionPreference = $false
    Write-Step 'Unit tests (some minutes)'
    dotnet test "$PSScriptRoot/tests/Unit" --configuration $Configuration --nologo
    $failed = @(if ($LASTEXITCODE) { 'unit tests' })
    Write-Step 'Pester tests (some minutes)'
    Invoke-PowerShell -NoProfile -NonInteractive -File "$PSScriptRoot/build/Invoke-PesterTests.ps1" -Module "$moduleFolder/AgentSim.psd1" `
        -Path "$PSScriptRoot/tests/Pester,$PSScriptRoot/samples" -Pester $pester
    if ($LASTEXITCODE) { $failed += 'Pester tests' }
    if ($failed) { throw "not all passed: $($failed -join ' and ')" }
}

function Invoke-Package {
    Assert-Built
    $missing = @($platforms | Where-Object { -not (Test-Path -LiteralPath "$moduleFolder/bin/$_") })
    if ($missing) {
        Write-Host "The packages have nothing compiled ahead of time for $($missing -join ', '), which gets the portable assemblies; Build,Package compiles for all"
    }
    $zip = "$outFolder/AgentSim-$version.zip"
    Compress-Archive -Path "$outFolder/AgentSim" -DestinationPath $zip -Force
    Write-Host "Packaged $zip"
    & "$PSScriptRoot/build/New-NuGetPackage.ps1" -Manifest "$moduleFolder/AgentSim.psd1" -Destination $outFolder
    Write-Host "Packaged $outFolder/AgentSim.$version.nupkg"
}

try {
    foreach ($name in $tasks) {
        if ($name -in $Task) { & "Invoke-$name" }
    }
}
catch {
    Write-Problem $_
    Write-Verbose $_.ScriptStackTrace
    exit 1
}
