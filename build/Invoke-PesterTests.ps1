# Runs the Pester tests against a built module; the exit code is 0 only if there were tests and all passed.
[CmdletBinding()]
param(
    # Manifest or folder of the module to test.
    [Parameter(Mandatory)] [string] $Module,

    # Folders of the tests. Other shells pass "a,b" as one text.
    [Parameter(Mandatory)] [string[]] $Path,

    # Manifest of Pester, or its name where it is installed.
    [string] $Pester = 'Pester',

    # The culture that the tests count on being run in; where the system has another one, none is run.
    [string] $Culture
)

$ErrorActionPreference = 'Stop'
$current = [cultureinfo]::CurrentCulture.Name
if ($Culture -and $current -ne $Culture) { throw "The culture is '$current', not '$Culture'." }
# A path has to be a full one; anything else is the name of an installed module.
if (Test-Path -LiteralPath $Pester -PathType Leaf) { $Pester = (Resolve-Path -LiteralPath $Pester).Path }
Import-Module $Pester -MinimumVersion 5.5
Import-Module (Resolve-Path -LiteralPath $Module).Path
$configuration = New-PesterConfiguration
$configuration.Run.Path = @($Path -split ',')
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
# A file that cannot be read, or tests that were not found, count as failures, too.
$failures = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
if ($result.PassedCount -eq 0) { $failures++ }
exit [Math]::Min($failures, 255)
