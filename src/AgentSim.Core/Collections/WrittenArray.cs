namespace AgentSim.Collections;

/// <summary>
/// Arrays of zeros that are written from start to end when they are made: memory that is read before it is written is mapped twice by
/// Linux, and the second time every other thread is interrupted for it.
/// </summary>
internal static class WrittenArray
{
    public static T[] Zeros<T>(int length)
    {
        T[] array = GC.AllocateUninitializedArray<T>(length);
        array.AsSpan().Clear();
        return array;
    }
}
