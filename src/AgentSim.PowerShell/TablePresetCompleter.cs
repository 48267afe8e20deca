using AgentSim.Imports;

namespace AgentSim.PowerShell;

/// <summary>Completes names of the kinds of tables.</summary>
internal sealed class TablePresetCompleter() : NameCompleter(LogImport.TablePresets);
