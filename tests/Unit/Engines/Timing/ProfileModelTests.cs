using System.IO.Compression;
using System.Text;
using AgentSim.Engines;

namespace AgentSim.Tests.Engines.Timing;

public sealed class ProfileModelTests
{
    [Theory]
    [InlineData("99999999999,", "prefill_isl has the shape (99999999999,)")]
    [InlineData("1 2", "prefill_isl has the shape (1 2)")]
    [InlineData("2147483647, 2147483647, 2147483647", "prefill_isl is truncated")]
    [InlineData("5,", "prefill_isl is truncated")]
    [InlineData("2, 2", "prefill_isl is not one-dimensional")]
    [InlineData("4,", "prefill_isl does not increase strictly")]
    public void A_damaged_profile_is_named_with_its_fault(string shape, string fault)
    {
        using TempFolder folder = new();
        string path = folder.File("profile.npz");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        using (Stream entry = archive.CreateEntry("prefill_isl.npy").Open())
        {
            byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n");
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. new byte[4 * sizeof(double)]]);
        }

        AgentSimException error = Assert.Throws<AgentSimException>(() => ProfileTables.Load(path));
        Assert.Equal("ProfileInvalid", error.ErrorId);
        Assert.StartsWith($"{path}: planner_profile_data cannot be used: {fault}; ", error.Message);
    }
}
