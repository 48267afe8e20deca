using AgentSim.Collections;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Collections;

public sealed class DequeTests
{
    private enum Step
    {
        PushBack,
        PushFront,
        PopFront,
        RemoveSecond,
    }

    [Fact]
    public void Behaves_like_a_list_that_grows_at_both_ends()
    {
        Gen<Step[]> steps = Gen.Elements(Step.PushBack, Step.PushBack, Step.PushFront, Step.PopFront, Step.RemoveSecond).ArrayOf(200);
        Prop.ForAll(steps.ToArbitrary(), sequence =>
        {
            Deque<int> deque = new();
            List<int> model = [];
            for (int i = 0; i < sequence.Length; i++)
            {
                switch (sequence[i])
                {
                    case Step.PushBack:
                        deque.PushBack(i);
                        model.Add(i);
                        break;
                    case Step.PushFront:
                        deque.PushFront(i);
                        model.Insert(0, i);
                        break;
                    case Step.PopFront when model.Count > 0:
                        Assert.Equal(model[0], deque.First);
                        Assert.Equal(model[0], deque.PopFront());
                        model.RemoveAt(0);
                        break;
                    case Step.RemoveSecond when model.Count > 1:
                        deque.Remove(model[1]);
                        model.RemoveAt(1);
                        break;
                }

                Assert.Equal(model.Count, deque.Count);
            }

            Assert.Equal(model, Enumerable.Range(0, deque.Count).Select(index => deque[index]));
        }).QuickCheckThrowOnFailure();
    }
}
