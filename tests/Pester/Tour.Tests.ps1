BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'docs/tour.md' {
    It 'shows what a fresh run shows' {
        Invoke-PowerShell -NoProfile -NonInteractive -File "$Root/build/New-Tour.ps1" -Manifest $Manifest -Source "$Root/docs/tour.md" -Destination "$TestDrive/tour.md"
        Compare-Object (Get-Content "$Root/docs/tour.md") (Get-Content "$TestDrive/tour.md") -SyncWindow 5 | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
    }

    It 'runs twice in one session, and leaves nothing' {
        $blocks = [regex]::Matches((Get-Content "$Root/docs/tour.md" -Raw), '(?ms)^```powershell\r?\n(.*?)^```').ForEach{ $_.Groups[1].Value }
        # Nothing is calibrated twice, which takes the longest and writes to the same folder.
        $blocks = @($blocks | Where-Object { $_ -notmatch 'New-AgentTimingProfile|-TimingProfile|mine' })
        $blocks.Count | Should -BeGreaterThan 15
        $null = New-Item -ItemType Directory "$TestDrive/again"
        Copy-Item "$Root/samples" "$TestDrive/again" -Recurse
        $script = @("Import-Module '$Manifest'", "`$ErrorActionPreference = 'Stop'", "Set-Location '$TestDrive/again'") + $blocks + $blocks +
            'if (Test-Path $made) { throw "$made is still there" }'
        Set-Content "$TestDrive/again.ps1" ($script -join "`n")
        Invoke-PowerShell -NoProfile -NonInteractive -File "$TestDrive/again.ps1" | Out-Null
        $LASTEXITCODE | Should -Be 0
        (Get-ChildItem "$TestDrive/again").Name | Should -Be 'samples'
    }

    It 'shows nothing but what fits 100 columns, and no error' {
        $shown = [regex]::Matches((Get-Content "$Root/docs/tour.md" -Raw), '(?ms)^```text\r?\n(.*?)^```')
        $shown.Count | Should -BeGreaterThan 10
        $shown.Groups.Value -split '\r?\n' | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $shown.Value | Should -Not -Match 'Exception|Error:'
    }
}
