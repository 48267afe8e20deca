BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $root = $rows | Where-Object { -not $_.WaitFor } | Select-Object -First 1
    $rows2 = ConvertTo-AgentMooncake $Sample -Version 2
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
        { $root | Export-AgentMooncake $target } | Should -Throw -ErrorId 'OutputExists,AgentSim.PowerShell.Commands.ExportAgentMooncakeCommand'
        (Get-FileHash $target).Hash | Should -Be $before
        $root | Export-AgentMooncake $target -Force
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
        $root | Export-AgentMooncake $target
        $before = (Get-FileHash $target).Hash
        { & $Action | Export-AgentMooncake $target -Force } | Should -Throw
        (Get-FileHash $target).Hash | Should -Be $before
        @(Get-ChildItem (Split-Path $target) -Force).Count | Should -Be 1
    }

    It 'writes rows of version 2 with their header, as the converter does' {
        $rows2 | Export-AgentMooncake $target -Version 2
        $header = Get-Content $target -TotalCount 1 | ConvertFrom-Json
        $header.version | Should -Be 2
        $header.block_size | Should -Be 16
        $read = Import-AgentMooncake $target -Version 2
        $read | ConvertTo-Json -Depth 5 | Should -Be ($rows2 | ConvertTo-Json -Depth 5)
    }

    It 'refuses rows of another version than -Version <Version>' -ForEach @{ Version = 1 }, @{ Version = 2 } {
        $other = if ($Version -eq 1) { $rows2 } else { $rows }
        { $other | Export-AgentMooncake $target -Version $Version } |
            Should -Throw -ErrorId 'RowVersionMismatch,AgentSim.PowerShell.Commands.ExportAgentMooncakeCommand'
        $target | Should -Not -Exist
    }

    It 'refuses rows of two dialects' {
        { @($rows) + $rows2 | Export-AgentMooncake $target } | Should -Throw -ErrorId 'RowsMixed,*'
        $target | Should -Not -Exist
    }

    It 'names what rows of version <Version> wait for when that was filtered out, or drops it' -ForEach @{ Version = 1 }, @{ Version = 2 } {
        $whole = if ($Version -eq 1) { $rows } else { $rows2 }
        $gone = ($whole | Where-Object { -not $_.WaitFor -and -not $_.Dependencies })[0].RequestId
        $left = $whole | Where-Object RequestId -ne $gone
        $waits = { @($_.WaitFor) + @($_.Dependencies.RequestId) -contains $gone }
        @($left | Where-Object $waits).Count | Should -BeGreaterThan 0
        $before = $left | ConvertTo-Json -Depth 5
        $fault = { $left | Export-AgentMooncake $target } | Should -Throw -PassThru -ErrorId 'DependencyUnknown,*'
        $fault.Exception.Message | Should -BeLike "*'$(@($left | Where-Object $waits)[0].RequestId)' waits for '$gone'*"
        { $left | Export-AgentMooncake $target -MissingDependency Error } | Should -Throw
        $target | Should -Not -Exist

        $left | Export-AgentMooncake $target -MissingDependency Drop
        $read = Import-AgentMooncake $target -Version $Version -TraceBlockSize 16
        $read.RequestId | Should -Be $left.RequestId
        @($read | Where-Object $waits).Count | Should -Be 0
        ($read | Invoke-AgentReplay).Summary.CompletedRequests | Should -Be $left.Count
        $left | ConvertTo-Json -Depth 5 | Should -Be $before -Because 'the rows of the user stay as they are'
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
        $read = Import-AgentMooncake "$TestDrive/agentic.jsonl" -WarningVariable warnings -WarningAction SilentlyContinue
        $read.Count | Should -Be 67
        $warnings | Should -HaveCount 1
        $warnings | Should -BeLike "*agentic.jsonl:1: the line looks like an agentic Mooncake row; *"
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

    It 'reads rows of version <Version> with -Version, and no others' -ForEach @{ Version = 1; Other = 2 }, @{ Version = 2; Other = 1 } {
        $(if ($Version -eq 1) { $rows } else { $rows2 }) | Export-AgentMooncake "$TestDrive/v$Version.jsonl"
        $read = Import-AgentMooncake "$TestDrive/v$Version.jsonl" -Version $Version -TraceBlockSize 16
        $read.AgenticVersion | Sort-Object -Unique | Should -Be $Version
        $read.Count | Should -Be 67
        $none = Import-AgentMooncake "$TestDrive/v$Version.jsonl" -Version $Other -TraceBlockSize 16 -ErrorVariable faults -ErrorAction SilentlyContinue
        $none | Should -BeNullOrEmpty
        $faults.Count | Should -Be 1
        $faults[0].FullyQualifiedErrorId | Should -Be 'RowVersionMismatch,AgentSim.PowerShell.Commands.ImportAgentMooncakeCommand'
        $faults[0].Exception.Message | Should -BeLike "*v$Version.jsonl:*"
    }

    It 'has no versions of plain rows' {
        { Import-AgentMooncake $plain -Format Mooncake -Version 1 } | Should -Throw -ErrorId 'RowVersionMismatch,*'
        @(Import-AgentMooncake "$TestDrive/agentic.jsonl" -Format AgenticMooncake -Version 1 -TraceBlockSize 16).Count | Should -Be 67
    }

    It 'passes over a bad row, and ends at the first one with -Strict' {
        $good = '{"input_length":10,"output_length":1,"hash_ids":[1]}'
        $good, '{', '{"output_length":1,"hash_ids":[1],"delay":-1}', $good | Set-Content "$TestDrive/two-bad.jsonl"
        $read = Import-AgentMooncake "$TestDrive/two-bad.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue
        $read.Count | Should -Be 2
        $faults.Exception.Message | ForEach-Object { $_ -replace '^.*(jsonl:\d+):.*', '$1' } | Should -Be 'jsonl:2', 'jsonl:3'
        { Import-AgentMooncake "$TestDrive/two-bad.jsonl" -Strict -ErrorAction SilentlyContinue } |
            Should -Throw -ErrorId 'RowInvalid,AgentSim.PowerShell.Commands.ImportAgentMooncakeCommand'
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
        @{ Name = 'Version'; Value = 3 }
    ) {
        $arguments = @{ Path = $plain; $Name = $Value }
        { Import-AgentMooncake @arguments } | Should -Throw -ErrorId '*,AgentSim.PowerShell.Commands.ImportAgentMooncakeCommand'
    }

    It 'returns rows as they are read' {
        @(Import-AgentMooncake "$TestDrive/bad.jsonl" -ErrorVariable faults | Select-Object -First 1).Count | Should -Be 1
        $faults | Should -BeNullOrEmpty
    }
}
