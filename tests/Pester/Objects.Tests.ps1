# What the shell's own cmdlets do with the objects of the module.
BeforeDiscovery {
    $kinds = @(
        @{ Kind = 'requests'; Value = { $records | Where-Object EventType -eq request_end }; Key = 'SessionId'; Number = 'InputLength' }
        @{ Kind = 'tool calls'; Value = { $records | Where-Object EventType -ne request_end }; Key = 'ToolClass'; Number = 'EndUnixMs' }
        @{ Kind = 'rows of version 1'; Value = { ConvertTo-AgentMooncake $Sample }; Key = 'SessionId'; Number = 'InputLength' }
        @{ Kind = 'rows of version 2'; Value = { ConvertTo-AgentMooncake $Sample -Version 2 }; Key = 'PlayId'; Number = 'NotBeforeMs' }
        @{ Kind = 'sessions'; Value = { $records | Get-AgentSession }; Key = 'RootSessionId'; Number = 'Duration' }
        @{ Kind = 'measures of records'; Value = { $records | Measure-AgentTrace -By SessionId }; Key = 'Sessions'; Number = 'InputTokens' }
        @{ Kind = 'measures of rows'; Value = { ConvertTo-AgentMooncake $Sample | Measure-AgentTrace -By SessionId }; Key = 'Sessions'; Number = 'InputTokens' }
        @{ Kind = 'measures of sessions'; Value = { $records | Get-AgentSession | Measure-AgentTrace -By RootSessionId }; Key = 'Group'; Number = 'LlmTime' }
    )
}

BeforeDiscovery {
    Import-Module (Get-Module AgentSim).Path
    . "$PSScriptRoot/Common.ps1"
    # Every list that can be set in an object that a cmdlet returns.
    $lists = @(foreach ($type in Get-ReturnedType) {
            foreach ($property in $type.GetProperties()) {
                if (-not $property.SetMethod.IsPublic -or $property.PropertyType -eq [string]) { continue }
                $element = $property.PropertyType.GetElementType() ?? @($property.PropertyType.GenericTypeArguments)[0]
                if (-not $element -or -not [System.Collections.IEnumerable].IsAssignableFrom($property.PropertyType)) { continue }
                if (@($property.PropertyType.GenericTypeArguments).Count -gt 1) { continue }   # a dictionary
                @{ Name = $property.Name; Type = $type; TypeName = $type.Name; Element = $element }
            }
        })
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $records = Import-AgentTrace $Sample
    function Get-Text($Object) { $Object | ConvertTo-Json -Depth 6 }
}

Describe 'The objects of the module: <Kind>' -ForEach $kinds {
    BeforeAll { $objects = @(& $Value) }

    It 'can be grouped, sorted and filtered' {
        ($objects | Group-Object $Key | Measure-Object Count -Sum).Sum | Should -Be $objects.Count
        $sorted = @($objects | Sort-Object $Number)
        for ($i = 1; $i -lt $sorted.Count; $i++) { $sorted[$i].$Number | Should -BeGreaterOrEqual $sorted[$i - 1].$Number }
        @($objects | Where-Object $Number -gt $sorted[0].$Number).Count | Should -BeLessThan $objects.Count
    }

    It 'come back from Export-Clixml as what they were' {
        $objects | Export-Clixml "$TestDrive/objects.xml"
        $back = @(Import-Clixml "$TestDrive/objects.xml")
        $back[0].GetType() | Should -Be $objects[0].GetType()
        Get-Text $back | Should -Be (Get-Text $objects)
    }

    It 'keep every number in Export-Csv' {
        $objects | Export-Csv "$TestDrive/objects.csv"
        $back = @(Import-Csv "$TestDrive/objects.csv")
        $back.Count | Should -Be $objects.Count
        $back.$Key | Should -Be @($objects.$Key | ForEach-Object { "$_" })
        $back.$Number | Should -Be @($objects.$Number | ForEach-Object { "$_" })
    }

    It 'come back from JSON with every value' {
        $back = $objects | ConvertTo-Json -Depth 6 | ConvertFrom-Json
        Get-Text $back | Should -Be (Get-Text $objects)
    }
}

Describe 'E1, the list <Name> of a <TypeName>' -ForEach $lists {
    BeforeAll {
        $object = [System.Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($Type)
        function New-Item2 { [System.Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($Element) }
        $one, $two = if ($Element -eq [string]) { 'a', 'b' } elseif ($Element.IsPrimitive) { 1, 2 } elseif ($Element -eq [timespan]) { [timespan]1, [timespan]2 } else { (New-Item2), (New-Item2) }
    }

    It 'takes an array, a list, what a pipeline gives, one item and none' {
        foreach ($items in @($one, $two), [System.Collections.Generic.List[object]]@($one, $two), ($one, $two | ForEach-Object { $_ })) {
            $object.$Name = $items
            $object.$Name.Count | Should -Be 2
            $object.$Name[1] | Should -Be $two
        }
        $object.$Name = $one
        @($object.$Name).Count | Should -Be 1
        $object.$Name += $two
        $object.$Name[1] | Should -Be $two
        $object.$Name = @()
        @($object.$Name).Count | Should -Be 0
    }

    It 'takes what can be converted, and nothing that is another number' {
        if ($Element.IsPrimitive) {
            $object.$Name = '3', 4.0, 5
            $object.$Name | Should -Be 3, 4, 5
            { $object.$Name = '29,5', 1 } | Should -Throw '*29,5*'
        }
        elseif ($Element -eq [string]) {
            $object.$Name = 3, 'b'
            $object.$Name | Should -Be '3', 'b'
        }
        else {
            { $object.$Name = 'nothing of the kind', 7 } | Should -Throw
        }
    }
}

Describe 'E1, a list that is set to null' {
    It '<Name> of a <TypeName> is empty, where there is always one' -ForEach @(
        foreach ($list in $lists) { if ($list.Type.Name -in 'MooncakeRow', 'RequestRecord' -and $list.Name -notin 'HashIds', 'OutputTokenIds', 'InputSequenceHashes') { $list } }
    ) {
        $object = $Type::new()
        $object.$Name = $null
        , $object.$Name | Should -BeNullOrEmpty
        $null -eq $object.$Name | Should -BeFalse
    }

    It 'and rows with it are replayed and written' {
        $row = [AgentSim.Rows.MooncakeRow]@{ InputLength = 16; OutputLength = 2; HashIds = 1; Timestamp = 0; TraceBlockSize = 16; IsAgentic = $true; RequestId = 'a' }
        $row.WaitFor = $row.Branches = $row.ToolEvents = $row.Dependencies = $null
        ($row | Invoke-AgentReplay).Summary.CompletedRequests | Should -Be 1
        $row | Export-AgentMooncake "$TestDrive/null.jsonl" -Force
        (Import-AgentMooncake "$TestDrive/null.jsonl").RequestId | Should -Be 'a'
    }
}

Describe 'The pipeline' {
    It 'takes records, rows and sessions back from <Store>' -ForEach @(
        @{ Store = 'CLIXML'; Through = { $input | Export-Clixml "$TestDrive/x.xml"; Import-Clixml "$TestDrive/x.xml" } }
        @{ Store = 'JSON'; Through = { $input | ConvertTo-Json -Depth 6 | ConvertFrom-Json } }
    ) {
        $rows = ConvertTo-AgentMooncake $Sample
        Get-Text ($records | & $Through | ConvertTo-AgentMooncake) | Should -Be (Get-Text $rows)
        ($rows | & $Through | Invoke-AgentReplay).Summary.CompletedRequests | Should -Be 67
        Get-Text ($records | & $Through | Get-AgentSession) | Should -Be (Get-Text ($records | Get-AgentSession))
    }

    It 'takes hashes of 64 bits back from JSON' {
        $row = [AgentSim.Rows.MooncakeRow]@{ InputLength = 1; OutputLength = 1; HashIds = [ulong[]] ([ulong]::MaxValue, 7); TraceBlockSize = 1 }
        $back = [AgentSim.Rows.MooncakeRow]($row | ConvertTo-Json | ConvertFrom-Json)
        $back.HashIds | Should -Be ([ulong]::MaxValue), 7
    }

    It 'does not take an object that lacks properties for a row' {
        { [pscustomobject]@{ HashIds = 1; OutputLength = 1 } | Invoke-AgentReplay } | Should -Throw
    }
}
