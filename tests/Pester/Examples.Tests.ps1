# Runs every block of PowerShell in the help and in the README, each in a folder of its own that holds nothing but samples/ and recordings/.
BeforeDiscovery {
    $root = "$PSScriptRoot/../.."
    $pages = @(Get-ChildItem "$root/docs/cmdlets", "$root/docs/about" -Filter *.md) + (Get-Item "$root/README.md")
    $examples = foreach ($page in $pages) {
        $text = [IO.File]::ReadAllText($page.FullName) -replace "`r"
        $number = 0
        foreach ($block in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```$')) {
            # The module is imported already, and from another place.
            @{ Name = "$($page.BaseName) $((++$number))"; Code = $block.Groups[1].Value -replace '(?m)^Import-Module ./out/AgentSim\n' }
        }
    }
}

BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'The examples of the help' {
    It 'runs without errors and shows what fits 100 columns: <Name>' -ForEach $examples {
        $folder = New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())"
        Copy-Item "$Root/samples", "$Root/recordings" $folder -Recurse
        Push-Location $folder
        try {
            # An error that would not end the example makes it fail, too.
            $ErrorActionPreference = 'Stop'
            $shown = & ([scriptblock]::Create($Code)) | Out-String -Width 100
            foreach ($line in $shown -split '\r?\n') { $line.TrimEnd().Length | Should -BeLessOrEqual 100 }
        }
        finally { Pop-Location }
    }
}
