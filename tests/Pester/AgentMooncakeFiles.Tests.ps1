BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $agentic = @{ Format = 'AgenticMooncake'; TraceBlockSize = 16 }
}

Describe 'Export-AgentMooncake' {
    BeforeEach {
        $target = "$TestDrive/$([guid]::NewGuid())/rows.jsonl"
    }

    It 'writes rows that Import-AgentMooncake reads back: <Name>' -ForEach @{ Name = 'rows.jsonl' }, @{ Name = 'rows.jsonl.gz' } {
        $first = "$TestDrive/first-$Name"
        $second = "$TestDrive/second-$Name"
        $rows | Export-AgentMooncake $first | Should -BeNullOrEmpty
        $read = Import-AgentMooncake $first @agentic
        $read.Count | Should -Be 67
        $read | Export-AgentMooncake $second
        (Get-FileHash $second).Hash | Should -Be (Get-FileHash $first).Hash
        $isGzip = [Convert]::ToHexString([IO.File]::ReadAllBytes($first)[0..1]) -eq '1F8B'
        $isGzip | Should -Be $Name.EndsWith('.gz')
    }

    It 'keeps every field' {
        Export-AgentMooncake -Path $target -InputObject $rows
        $read = Import-AgentMooncake $target @agentic
        $read | ConvertTo-Json -Depth 5 | Should -Be ($rows | ConvertTo-Json -Depth 5)
    }

    It 'returns the file with -PassThru' {
        $file = $rows | Export-AgentMooncake $target -PassThru
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -Be (Get-Item $target).FullName
        $file.Length | Should -BeGreaterThan 0
    }

    It 'means the location of the session by a relative path' {
        Push-Location $TestDrive
        try { $rows | Export-AgentMooncake relative.jsonl }
        finally { Pop-Location }
        "$TestDrive/relative.jsonl" | Should -Exist
    }

    It 'does not replace a file without -Force' {
        $rows | Export-AgentMooncake $target
        $before = (Get-FileHash $target).Hash
        { $rows[0] | Export-AgentMooncake $target } | Should -Throw -ErrorId 'OutputExists,AgentSim.PowerShell.Commands.ExportAgentMooncakeCommand'
        (Get-FileHash $target).Hash | Should -Be $before
        $rows[0] | Export-AgentMooncake $target -Force
        @(Get-Content $target).Count | Should -Be 1
    }

    It 'can replace the file it reads' {
        $rows | Export-AgentMooncake $target
        Import-AgentMooncake $target @agentic | Select-Object -First 3 | Export-AgentMooncake $target -Force
        @(Get-Content $target).Count | Should -Be 3
    }

    It 'does nothing with -WhatIf' {
        $rows | Export-AgentMooncake $target -WhatIf -PassThru | Should -BeNullOrEmpty
        Split-Path $target | Should -Not -Exist
    }

    It 'leaves the old file and no other when <Case>' -ForEach @(
        @{ Case = 'the pipeline fails'; Action = { $rows | ForEach-Object { $_; throw 'halt' } } }
        @{ Case = 'a row cannot be written'; Action = { [AgentSim.Rows.MooncakeRow]@{ OutputLength = 1; Timestamp = [double]::NaN } } }
    ) {
        $rows[0] | Export-AgentMooncake $target
        $before = (Get-FileHash $target).Hash
        { & $Action | Export-AgentMooncake $target -Force } | Should -Throw
        (Get-FileHash $target).Hash | Should -Be $before
        @(Get-ChildItem (Split-Path $target) -Force).Count | Should -Be 1
    }

    It 'leaves no file when it is stopped' {
        $null = New-Item -ItemType Directory (Split-Path $target)
        $state = Stop-WhenRunning "& { `$row = [AgentSim.Rows.MooncakeRow]@{ OutputLength = 1 }; Write-Warning going; while (`$true) { `$row } } | Export-AgentMooncake '$target'" {
            $args[0].Streams.Warning.Count -gt 0
        }
        $state | Should -Be 'Stopped'
        Get-ChildItem (Split-Path $target) -Force | Should -BeNullOrEmpty
    }

    It 'cannot write to <Case>' -ForEach @(
        @{ Case = 'a folder'; Path = { "$TestDrive" }; ErrorId = 'OutputFailed' }
        @{ Case = 'another provider'; Path = { 'env:ROWS' }; ErrorId = 'PathNotFileSystem' }
    ) {
        { $rows | Export-AgentMooncake (& $Path) } | Should -Throw -ErrorId "$ErrorId,AgentSim.PowerShell.Commands.ExportAgentMooncakeCommand"
    }
}

Describe 'Import-AgentMooncake' {
    BeforeAll {
        $plain = "$Data/mooncake-priorities.jsonl"
        $rows | Export-AgentMooncake "$TestDrive/agentic.jsonl"
        '{"input_length":10,"output_length":1,"hash_ids":[1]}', '{"output_length":"x"}' | Set-Content "$TestDrive/bad.jsonl"
    }

    It 'reads plain rows with blocks of 512 tokens by default' {
        $read = Import-AgentMooncake "$TestDrive/agentic.jsonl"
        $read.Count | Should -Be 67
        $read.TraceBlockSize | Sort-Object -Unique | Should -Be 512
        $read.IsAgentic | Sort-Object -Unique | Should -BeFalse
    }

    It 'reads agentic rows with -Format AgenticMooncake' {
        $read = Import-AgentMooncake "$TestDrive/agentic.jsonl" @agentic
        $read.IsAgentic | Sort-Object -Unique | Should -BeTrue
        $read.TraceBlockSize | Sort-Object -Unique | Should -Be 16
        $read[-1].WaitFor | Should -Be $rows[-1].WaitFor
    }

    It 'takes literal paths and files from the pipeline' {
        @(Import-AgentMooncake -LiteralPath $plain -TraceBlockSize 64).Count | Should -Be 120
        @(Get-Item $plain | Import-AgentMooncake -TraceBlockSize 64).Count | Should -Be 120
        @($plain, $plain | Import-AgentMooncake -TraceBlockSize 64).Count | Should -Be 240
    }

    It 'names file and line of a bad row and goes on with the next file' {
        $read = Import-AgentMooncake "$TestDrive/bad.jsonl", $plain -TraceBlockSize 64 -ErrorVariable faults -ErrorAction SilentlyContinue
        $read.Count | Should -Be 121
        $faults[0].FullyQualifiedErrorId | Should -Be 'RowInvalid,AgentSim.PowerShell.Commands.ImportAgentMooncakeCommand'
        $faults[0].Exception.Message | Should -BeLike '*bad.jsonl:2: *'
    }

    It 'refuses <Name> <Value>' -ForEach @(
        @{ Name = 'TraceBlockSize'; Value = 0 }
        @{ Name = 'Format'; Value = 'MooncakeDelta' }
        @{ Name = 'Format'; Value = 'Dynamo' }
        @{ Name = 'Format'; Value = 'Unknown' }
    ) {
        $arguments = @{ Path = $plain; $Name = $Value }
        { Import-AgentMooncake @arguments } | Should -Throw -ErrorId '*,AgentSim.PowerShell.Commands.ImportAgentMooncakeCommand'
    }

    It 'returns rows as they are read' {
        @(Import-AgentMooncake "$TestDrive/bad.jsonl" -ErrorVariable faults | Select-Object -First 1).Count | Should -Be 1
        $faults | Should -BeNullOrEmpty
    }
}
