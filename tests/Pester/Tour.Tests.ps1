BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'docs/tour.md' {
    It 'shows what a fresh run shows' {
        Invoke-PowerShell -NoProfile -NonInteractive -File "$Root/build/New-Tour.ps1" -Manifest $Manifest -Source "$Root/docs/tour.md" -Destination "$TestDrive/tour.md"
        Compare-Object (Get-Content "$Root/docs/tour.md") (Get-Content "$TestDrive/tour.md") -SyncWindow 5 | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
    }

    It 'shows nothing but what fits 100 columns, and no error' {
        $shown = [regex]::Matches((Get-Content "$Root/docs/tour.md" -Raw), '(?ms)^```text\r?\n(.*?)^```')
        $shown.Count | Should -BeGreaterThan 10
        $shown.Groups.Value -split '\r?\n' | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $shown.Value | Should -Not -Match 'Exception|Error:'
    }
}
